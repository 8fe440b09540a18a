/** What a released version has written, every later one opens and goes on with: nothing lost, nothing twice, in order. */
import { randomBytes } from 'node:crypto';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { LiveTexEmulator } from '../../../runtime-shim/emulator/emulator-contract.ts';
import type { Runtime } from '../../../runtime-shim/runtime/contract.ts';
import { ROOT } from '../../support/command.ts';
import { useEmulator } from '../../support/emulator.ts';
import { usePostgres } from '../../support/postgres-database.ts';
import { temporaryStorageFolder } from '../../support/storage-folder.ts';
import { makeRuntime, operatorEvent, SEEN_EVENT, userIdOf } from './released-bot.ts';

const RELEASES = join(ROOT, 'test/fixtures/releases');
const releases = readdirSync(RELEASES);
const database = usePostgres('oldest');

async function sqliteOf(release: string): Promise<string> {
  const folder = temporaryStorageFolder();
  cpSync(join(RELEASES, release, 'sqlite'), folder, { recursive: true });
  return `sqlite:${folder}`;
}

/** The dump names its schema, so each one goes into a database of its own. */
async function postgresOf(release: string): Promise<string> {
  const name = `release_${randomBytes(6).toString('hex')}`;
  await database.query(`CREATE DATABASE ${name}`);
  const url = new URL(database.url());
  url.pathname = `/${name}`;
  await database.query(readFileSync(join(RELEASES, release, 'postgres.sql'), 'utf8'), [], url.href);
  return url.href;
}

async function linesOf(runtime: Runtime, lead: string): Promise<string[]> {
  return (await runtime.messages('telegram', lead, 0)).map(({ from, text }) => `${from}: ${text ?? ''}`);
}

const mirrored = (emulator: LiveTexEmulator, lead: string): Array<string | undefined> =>
  (emulator.dialogs.get(userIdOf(lead))?.messages ?? []).map(({ text }) => text?.replace(/^.*\n/u, ''));

test('the version that stands in package.json has written its data, and so has each one of the changelog', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  expect(releases).toContain(version);
  const changelog = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8');
  const listed = Array.from(changelog.matchAll(/^## \[(\d[\w.-]*)\]/gmu), ([, listed]) => listed);
  expect(new Set(listed)).toEqual(new Set(releases));
});

test.each(
  releases.flatMap((release) => [[release, 'SQLite', sqliteOf] as const, [release, 'PostgreSQL', postgresOf] as const]),
)('%s on %s: all dialogs go on', async (release, _driver, restore) => {
  const emulator = await useEmulator({ operators: [{ id: 'maria', firstName: 'Мария', status: 'online' }] });
  const place = await restore(release);
  const bot = join(RELEASES, release, 'bot');
  const { runtime, plugin, storage } = await makeRuntime({ bot, storage: place, emulator });
  onTestFinished(() => runtime.close());
  const say = async (lead: string, text: string, id: string): Promise<void> => {
    await runtime.receive({ channel: 'telegram', externalId: lead, id, text });
    await runtime.idle();
  };
  const operatorSays = async (lead: string, event: Readonly<Record<string, unknown>>): Promise<void> => {
    expect((await plugin.webhook('main', operatorEvent(lead, event), {})).status).toBe(200);
    await runtime.idle();
  };
  await runtime.start();
  await runtime.idle();

  // What waited goes to LiveTex: behind a refused access key, behind an outage.
  await expect.poll(() => mirrored(emulator, 'stuck')).toEqual(['раз', 'Не понял', 'два', 'Не понял']);
  await expect.poll(() => mirrored(emulator, 'menu')).toEqual(['три', 'Не понял']);
  await runtime.idle();
  // What a process had accepted and not acted on.
  expect(await linesOf(runtime, 'late')).toEqual(['lead: привет', 'bot: Здравствуйте, !']);
  // The time to wait for an operator was over long ago.
  expect((await linesOf(runtime, 'waiting')).at(-1)).toBe('bot: Операторы заняты');

  // A bot's position, its attributes and the lead's.
  await say('question', '+7 900', 'question-3');
  expect((await linesOf(runtime, 'question')).slice(-2)).toEqual([
    'lead: +7 900',
    'bot: Перезвоним: +7 900, заявка 703',
  ]);
  await say('menu', '2', 'menu-3');
  expect((await linesOf(runtime, 'menu')).at(-1)).toBe('bot: Ваш телефон?');

  // An operator has the dialog still: nothing that was taken is taken again, and what is new arrives.
  const before = await linesOf(runtime, 'operator');
  expect(before.filter((line) => line === 'operator: Слушаю вас')).toHaveLength(1);
  await operatorSays('operator', { id: SEEN_EVENT, type: 'TextMessage', text: 'Слушаю вас' });
  await runtime.receive({ channel: 'telegram', externalId: 'operator', id: 'operator-2', text: '1' });
  await runtime.idle();
  expect(await linesOf(runtime, 'operator')).toEqual(before);
  await say('operator', 'вы здесь?', 'operator-3');
  await operatorSays('operator', { id: 'new-event', type: 'TextMessage', text: 'Да' });
  await operatorSays('operator', { id: 'closed-event', type: 'Closed' });
  expect((await linesOf(runtime, 'operator')).slice(before.length)).toEqual([
    'lead: вы здесь?',
    'operator: Да',
    'notice: Оператор вернул диалог боту',
    'bot: Снова бот',
  ]);
  expect(await runtime.lead('telegram', 'operator')).toMatchObject({
    systemAttributes: { sys_livetex_attrs: { номер_заявки: 701 } },
    dialog: { mode: 'bot', transfer: 1, forwarded: false },
  });

  // What was given up is still there to be sent.
  const [dead] = await storage.listDead({ limit: 9 });
  expect(dead).toMatchObject({ lane: userIdOf('given-up'), lastError: expect.stringContaining('livetex_') as unknown });
  expect(await storage.transaction((tx) => tx.resend(dead?.id ?? 0))).toBe(true);
  await expect.poll(() => mirrored(emulator, 'given-up')).toEqual(['это не дошло']);
});
