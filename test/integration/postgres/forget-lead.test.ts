/** `forgetLead` on PostgreSQL, beside a node that works on the lead this moment: no row of any table names the lead. */
import { expect, onTestFinished, test } from 'vitest';
import { createLiveTexPlugin } from '../../../plugin/index.ts';
import { openStorage, systemClock } from '../../../plugin/storage/index.ts';
import { createRuntime } from '../../../runtime-shim/runtime/index.ts';
import { botFolder } from '../../support/bot-folder.ts';
import { useEmulator } from '../../support/emulator.ts';
import { usePostgres } from '../../support/postgres-database.ts';

const database = usePostgres('oldest');
const BOT = {
  id: 'support',
  scripts: [
    { code: 'start', commands: [{ type: 'send_text', text: 'Hello' }, { type: 'forward_to_operator' }] },
    { code: 'lost', type: 'Fallback', commands: [{ type: 'send_text', text: 'What?' }] },
  ],
};

/** Rows of all tables of the schema whose text holds this. */
async function rowsWith(schema: string, word: string): Promise<string[]> {
  const tables = await database.query<{ name: string }>(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = $1',
    [schema],
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await database.query(`SELECT 1 FROM ${schema}.${name} AS t WHERE strpos(t::text, $1) > 0`, [word]);
    if (rows.length > 0) found.push(`${name}: ${rows.length}`);
  }
  return found;
}

test('what waits, what died, timers, records, streams and ids of the lead go, another lead keeps its own', async () => {
  const spec = database.emptySchema();
  const schema = new URL(spec).searchParams.get('schema') ?? '';
  const emulator = await useEmulator({ operators: [{ id: 'maria', firstName: 'Maria', status: 'online' }] });
  const storage = await openStorage(spec, { clock: systemClock });
  onTestFinished(() => storage.close());
  const runtime = await createRuntime({
    bot: await botFolder(BOT, {}),
    storage,
    sandbox: { runners: 1, spares: 0 },
    plugins: [
      (host, shared) =>
        createLiveTexPlugin({
          bindings: [{ token: emulator.token, baseUrl: emulator.url, pickupTimeout: 3_600 }],
          storage: shared,
          host,
        }),
    ],
  });
  onTestFinished(() => runtime.close());
  await runtime.start();
  const say = (externalId: string, text: string) =>
    runtime.receive({ channel: 'telegram', externalId, name: `Name-${externalId}`, text });
  for (const lead of ['wanda', 'other']) {
    await say(lead, 'hi');
    await emulator.dialogs.when(`support:telegram:${lead}`, ({ selections }) => selections > 0);
    await runtime.idle();
  }
  const lane = 'support:telegram:wanda';
  await storage.transaction((tx) => tx.enqueue([{ queue: 'livetex:gone', lane, kind: 'sendText', payload: 'wanda' }]));
  for (const job of await storage.claim({ queue: 'livetex:gone', limit: 1, leaseMs: 60_000 }))
    await storage.transaction((tx) => tx.deadLetter(job, 'refused'));
  await storage.transaction((tx) => tx.enqueue([{ queue: 'livetex:gone', lane, kind: 'sendText', payload: 'wanda' }]));
  // LiveTex is slow: the forgetting begins while the request is under way, and waits for its end.
  emulator.faults.add({ kind: 'latency', ms: 1_500, methods: ['sendText'] });
  await say('wanda', 'slow');
  await expect.poll(() => emulator.requests.count('sendText')).toBeGreaterThanOrEqual(2);
  expect((await rowsWith(schema, 'wanda')).map((row) => row.split(':')[0])).toEqual(
    expect.arrayContaining([
      'dead_jobs',
      'jobs',
      'lanes',
      'records',
      'remembered',
      'stream_entries',
      'streams',
      'timers',
    ]),
  );

  const kept = await runtime.leadData('telegram', 'wanda');
  expect(kept?.plugins['livetex']?.jobs.map(({ state, queue }) => `${state} ${queue}`)).toEqual(
    expect.arrayContaining(['dead livetex:gone', 'waiting livetex:gone']),
  );
  const forgotten = await runtime.forgetLead('telegram', 'wanda');
  expect(forgotten).toMatchObject({ underWay: false, atLiveTex: [{ binding: 'main', userId: lane }] });
  await runtime.idle();
  expect(await rowsWith(schema, 'wanda')).toEqual([]);
  expect(await runtime.leadData('telegram', 'wanda')).toBeUndefined();
  expect(await runtime.forgetLead('telegram', 'wanda')).toBeUndefined();
  expect((await rowsWith(schema, 'telegram:other')).length).toBeGreaterThan(3);
  expect(await runtime.lead('telegram', 'other')).toMatchObject({ dialog: { mode: 'waiting' } });
});
