/** A selection that took effect at LiveTex in the last moment of a process, and operators who do not wait for the next one. */
import { expect, test } from 'vitest';
import type { LeadRef } from '../../../plugin/contract/lead.ts';
import { createMemoryStorage } from '../../../plugin/storage/index.ts';
import { startDesk } from '../../support/desk.ts';
import { beginLife, mortalStorage } from './life.ts';
import { LEAD } from '../../support/minimal-host.ts';
import { createTestClock } from '../../support/test-clock.ts';

/** The dead process's lease on the selection ends within this, ms. */
const LEASE_OVER_MS = 60_000;
/** Operators act while nobody listens: LiveTex brings their events only then, ms. */
const WEBHOOKS_LATE_MS = 120_000;

test('an operator who reads, answers and closes before the selection is tried again belongs to this transfer', async () => {
  const clock = createTestClock();
  const storage = createMemoryStorage({ clock });
  const life = beginLife();
  await using desk = await startDesk({ clock, storage: mortalStorage(storage, life), emulator: { clock } });
  const { host, emulator, userId, anna } = desk;

  await host.leadSays(LEAD, 'Позовите оператора');
  await desk.settle();
  emulator.faults.add({ kind: 'webhook_late', ms: WEBHOOKS_LATE_MS });
  // LiveTex has taken the dialog; its answer reaches nobody any more.
  emulator.onChange(() => {
    if (emulator.dialogs.get(userId)?.selections === 1) life.dieAfter(0);
  });
  await host.askForOperator(LEAD);
  await life.death;
  await clock.advance(1_000);
  emulator.dialogs.read(userId, anna);
  emulator.dialogs.reply(userId, anna, 'Добрый день');
  emulator.dialogs.close(userId, anna);
  await clock.advance(1_000);

  await host.reload(storage);
  // Another lead's message tells the new process what time it is at LiveTex.
  const other: LeadRef = { ...LEAD, externalId: '43' };
  await host.leadSays(other, 'Привет');
  await host.plugin.idle();
  await clock.advance(LEASE_OVER_MS);
  await host.plugin.idle();
  expect(desk.dialog().selections).toBe(2);

  await clock.advance(WEBHOOKS_LATE_MS);
  await desk.settle();
  expect(host.chat(LEAD)).toEqual([
    'notice: Диалог переведён на оператора',
    'notice: Оператор Анна Котова подключился к диалогу',
    'operator: Добрый день',
    'notice: Оператор вернул диалог боту',
  ]);
  expect((await host.plugin.dialog(LEAD)).mode).toBe('bot');
});
