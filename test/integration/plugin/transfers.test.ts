import { expect, test } from 'vitest';
import type { LastTransfer } from '../../../plugin/contract/dialog.ts';
import { startDesk } from '../../support/desk.ts';
import { LEAD } from '../../support/minimal-host.ts';

test('«Возврат» knows why it runs; the operator reads the reason; feed and metrics name who ended it', async () => {
  await using desk = await startDesk();
  const { host, emulator, userId, anna } = desk;
  const ask = host.plugin.guest.functions.get('getLastTransfer');
  const last = async (lead = LEAD): Promise<LastTransfer | null> =>
    (await ask?.({ lead, signal: AbortSignal.timeout(60_000) }, null)) as LastTransfer | null;
  const known: Array<LastTransfer | null> = [];
  host.scripts.set('return', async () => void known.push(await last()));
  host.attributes.set(userId, { тема: 'Доставка' });

  expect(await last()).toBeNull();
  expect(await last({ ...LEAD, channel: 'jivo' })).toBeNull();
  await host.leadSays(LEAD, 'Где деньги?');
  const [then] = await host.plugin.afterScript(LEAD, [
    { action: 'transferToOperator', wishes: { reason: 'Возврат денег' } },
  ]);
  expect(then).toEqual({ do: 'event', event: 'TransferRequested', wishes: { reason: 'Возврат денег' } });
  await host.plugin.accept([
    { type: 'TransferRequested', id: 'asked', lead: LEAD, at: Date.now(), reason: 'Возврат денег' },
  ]);
  await desk.settle();
  expect(desk.dialog().attributes).toEqual({ Причина: 'Возврат денег', тема: 'Доставка' });
  emulator.dialogs.reply(userId, anna, 'Вернём сегодня');
  await desk.settle();
  expect(await last()).toMatchObject({ number: 1, operator: 'Анна Котова', endedAt: null, endedBy: null });
  emulator.dialogs.close(userId, anna);
  await desk.settle();

  expect(known).toEqual([await last()]);
  const [told] = known;
  expect(told).toMatchObject({ number: 1, reason: 'Возврат денег', operator: 'Анна Котова', endedBy: 'operator' });
  const times = [told?.requestedAt, told?.acceptedAt, told?.connectedAt, told?.answeredAt, told?.endedAt];
  expect(times.every((time) => typeof time === 'number')).toBe(true);
  expect(times).toEqual(times.toSorted((one, other) => Number(one) - Number(other)));

  // A script's own «Причина» is the author's word; the bot's side takes the dialog back itself.
  host.attributes.set(userId, { Причина: 'своя' });
  await host.plugin.accept([{ type: 'TransferRequested', id: 'again', lead: LEAD, at: Date.now(), reason: 'вторая' }]);
  await desk.settle();
  expect(desk.dialog().attributes).toEqual({ Причина: 'своя' });
  await host.returnToBot(LEAD);
  await desk.settle();
  expect(await last()).toMatchObject({ number: 2, operator: null, endedBy: 'script' });

  const ends = host.activities.flatMap((one) => (one.kind === 'mode' && one.to === 'bot' ? [one.endedBy] : []));
  expect(ends).toEqual(['operator', 'script']);
  const metrics = await host.plugin.metrics();
  expect(metrics.find(({ name }) => name === 'livetex_transfer_ends_total')?.samples).toEqual([
    { labels: { binding: 'main', ended_by: 'operator' }, value: 1 },
    { labels: { binding: 'main', ended_by: 'script' }, value: 1 },
  ]);
  const wrong = [{ action: 'transferToOperator', wishes: { reason: 'x'.repeat(501) } }];
  await expect(host.plugin.afterScript(LEAD, wrong)).rejects.toMatchObject({ code: 'action_unknown' });
});
