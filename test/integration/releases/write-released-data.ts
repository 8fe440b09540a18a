/**
 * Writes the data of a release, which every later version must open and go on with (`test/integration/releases/released-data.test.ts`).
 * Run once for each released version, by its own program, by hand:
 *
 *     node test/integration/releases/write-released-data.ts        # test/fixtures/releases/<version of package.json>
 *
 * Never run it again for an old version: the point of the files is that the old program wrote them. Needs `pg_dump` of version 15.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPostgresStorage } from '../../../plugin/storage/postgres/postgres-storage.ts';
import { createSqliteStorage, type Storage } from '../../../plugin/storage/index.ts';
import type { Clock } from '../../../plugin/contract/host.ts';
import { startLiveTexEmulator } from '../../../runtime-shim/emulator/index.ts';
import { startPostgres } from '../../support/postgres.ts';
import { BOT_ID, makeRuntime, operatorEvent, SEEN_EVENT, userIdOf } from './released-bot.ts';

const ROOT = join(import.meta.dirname, '../../..');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
const target = join(ROOT, 'test/fixtures/releases', version);
const bot = join(target, 'bot');

/** Long before whoever reads them: what is due some time is due then. */
const WRITTEN_AT = Date.UTC(2026, 9, 1, 9);
const started = Date.now();
const clock: Clock = {
  now: () => WRITTEN_AT + Date.now() - started,
  after(ms, act) {
    const timer = setTimeout(act, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Dialogs in all that a dialog can be in, and work in all that work can be in. */
async function write(storage: Storage): Promise<void> {
  const emulator = await startLiveTexEmulator({
    clock,
    operators: [{ id: 'maria', firstName: 'Мария', status: 'online' }],
  });
  const options = { bot, storage, emulator, clock, binding: { pickupTimeout: 3_600 } };
  const { runtime, plugin } = await makeRuntime(options);
  await runtime.start();
  const say = async (externalId: string, text: string, id: string): Promise<void> => {
    await runtime.receive({ channel: 'telegram', externalId, id, text, name: `Лид ${externalId}` });
    await runtime.idle();
  };
  const until = async (what: () => Promise<boolean>): Promise<void> => {
    while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 20));
  };

  // At a menu, and at a question.
  await say('menu', 'привет', 'menu-1');
  await say('question', 'привет', 'question-1');
  await say('question', '2', 'question-2');
  // With an operator who has answered; and one that waits for an operator, with the timer of the wait.
  for (const lead of ['operator', 'waiting']) {
    await say(lead, 'привет', `${lead}-1`);
    await say(lead, '1', `${lead}-2`);
  }
  const read = { id: 'read-event', type: 'MessageDelivered', message_ids: [], message_id: '1' };
  await plugin.webhook('main', operatorEvent('operator', read), {});
  await plugin.webhook(
    'main',
    operatorEvent('operator', { id: SEEN_EVENT, type: 'TextMessage', text: 'Слушаю вас' }),
    {},
  );
  await runtime.idle();
  // Given up: LiveTex took a message for invalid.
  await say('given-up', 'привет', 'given-up-1');
  emulator.faults.add({ kind: 'status', status: 400, code: 9, methods: ['sendText'], times: 1 });
  await say('given-up', 'это не дошло', 'given-up-2');
  await until(async () => (await storage.listDead({ limit: 9 })).length === 1);
  // Tried and not taken; then the access key was refused too.
  await say('stuck', 'привет', 'stuck-1');
  const ended = emulator.faults.add({ kind: 'status', status: 500, code: 7, methods: ['sendText'] });
  await say('stuck', 'раз', 'stuck-2');
  await say('stuck', 'два', 'stuck-3');
  await until(async () => (await storage.listStuck(9)).length > 0);
  ended();
  emulator.faults.add({ kind: 'token' });
  await say('menu', 'три', 'menu-2');
  await until(async () => (await storage.read((tx) => tx.getPause('livetex:main'))) !== undefined);
  if (emulator.dialogs.get(userIdOf('operator')) === undefined) throw new Error('nothing reached LiveTex');
  await runtime.close();

  // Accepted by a process that died before it acted on it.
  const killed = await makeRuntime(options);
  await killed.runtime.receive({ channel: 'telegram', externalId: 'late', id: 'late-1', text: 'привет' });
  await killed.runtime.close();
  await emulator.close();
}

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
cpSync(join(import.meta.dirname, 'bot'), bot, { recursive: true });

const folder = join(target, 'sqlite');
const sqlite = await createSqliteStorage(folder, { clock, owner: BOT_ID });
await write(sqlite);
await sqlite.close();
for (const file of ['lock.db', 'trying']) rmSync(join(folder, file), { force: true });

const server = await startPostgres({ fsync: 'off' }, 'oldest');
try {
  const postgres = await createPostgresStorage(server.url, { clock, timeSource: 'clock', owner: BOT_ID });
  await write(postgres);
  await postgres.close();
  const what = ['--schema=metabot_livetex', '--inserts', '--no-owner', '--no-privileges', '--no-comments'];
  const dump = execFileSync('pg_dump', [...what, server.url], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  // Lines for `psql`, which not every reader has.
  writeFileSync(join(target, 'postgres.sql'), dump.replace(/^\\.*\n/gmu, ''));
} finally {
  await server.stop();
}
