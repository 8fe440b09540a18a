import { expect, test } from 'vitest';
import type { ScriptRun } from '../../../runtime-shim/sandbox/contract.ts';
import { scriptRun, useSandbox } from '../../support/sandbox-under-test.ts';

const OK = '{"code":200,"body":"1","error":null}';

/** A slow server: it answers when it is let to. */
function slowServer(): {
  call: ScriptRun['call'];
  asked: () => number;
  release: () => void;
  reached(n: number): Promise<void>;
} {
  const answer = Promise.withResolvers<void>();
  const waiting = new Set<() => void>();
  let count = 0;
  return {
    call: async () => {
      count += 1;
      for (const look of waiting) look();
      await answer.promise;
      return OK;
    },
    asked: () => count,
    release: () => answer.resolve(),
    reached(n) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = (): void => {
        if (count >= n) resolve();
      };
      waiting.add(look);
      look();
      return promise;
    },
  };
}

const ASK = 'return api.getJson("https://crm.example.com/")';

test('a hundred scripts that wait for a slow server delay no script that needs no network, also of the same bot', async () => {
  const sandbox = useSandbox({ isolates: 3, spares: 0 });
  await sandbox.ready();
  const server = slowServer();
  const asking = Array.from({ length: 100 }, () => sandbox.run(scriptRun(ASK, { call: server.call })));
  await server.reached(4);
  // Nobody is answered before these have ended: were one place held, they would wait for ever.
  for (const botId of ['test', 'other', 'test', 'test', 'test', 'test', 'test'])
    expect(await sandbox.run(scriptRun('return 7', { botId }))).toMatchObject({ ok: true, returned: 7 });
  const { waiting, running, outcomes } = sandbox.stats();
  expect({ waiting, running, ok: outcomes['ok'] }).toEqual({ waiting: 4, running: 4, ok: 7 });
  expect(server.asked()).toBe(4);
  server.release();
  for (const result of await Promise.all(asking)) expect(result).toMatchObject({ ok: true, returned: 1 });
  // Each has asked once: one that had to begin anew had not asked yet.
  expect(server.asked()).toBe(100);
  expect(sandbox.stats()).toMatchObject({ waiting: 0, running: 0, queued: 0 });
});

test('one bot with a slow server leaves places to another that asks the network', async () => {
  const sandbox = useSandbox({ isolates: 2, spares: 0 });
  await sandbox.ready();
  const server = slowServer();
  const asking = Array.from({ length: 20 }, () => sandbox.run(scriptRun(ASK, { call: server.call })));
  await server.reached(4);
  const other = await sandbox.run(scriptRun(ASK, { botId: 'other', call: async () => OK }));
  expect(other).toMatchObject({ ok: true, returned: 1 });
  server.release();
  await Promise.all(asking);
});

test('a script that had to begin anew has done everything once', async () => {
  const sandbox = useSandbox({ isolates: 2, spares: 0 });
  await sandbox.ready();
  const server = slowServer();
  const code = `
    lead.setAttr('счёт', Number(lead.getAttr('счёт') || 0) + 1);
    console.log('перед запросом');
    bot.sendMessage('ищу');
    try { api.getJson('https://crm.example.com/'); } catch (error) { bot.sendMessage('не вышло'); }
    return lead.getAttr('счёт');`;
  const all = Array.from({ length: 12 }, () => sandbox.run(scriptRun(code, { call: server.call })));
  await server.reached(4);
  server.release();
  for (const result of await Promise.all(all)) {
    expect(result).toMatchObject({ ok: true, returned: '1', log: [{ level: 'info', text: 'перед запросом' }] });
    expect(result.ok && result.actions).toEqual([{ type: 'send_message', text: 'ищу' }]);
  }
});

test('waiting costs wall clock and no CPU time, and a run that waits too long is ended', async () => {
  const sandbox = useSandbox({ cpuMs: 100, wallMs: 900, spares: 0 });
  await sandbox.ready();
  const late = Promise.withResolvers<string>();
  // Nine times its CPU time: had that been counted, it would have ended with another code.
  const long = await sandbox.run(scriptRun(ASK, { call: () => late.promise }));
  expect(long).toMatchObject({ ok: false, error: { code: 'script_deadline' } });
  late.resolve(OK);
  expect(sandbox.stats()).toMatchObject({ waiting: 0, running: 0 });
  expect(await sandbox.run(scriptRun('return 1'))).toMatchObject({ ok: true });
});

test('who counts what works is told when a run waits, and when it works again', async () => {
  const sandbox = useSandbox({ isolates: 2, spares: 0 });
  await sandbox.ready();
  const server = slowServer();
  const told: boolean[][] = [];
  const runs = Array.from({ length: 10 }, () => {
    const own: boolean[] = [];
    told.push(own);
    return sandbox.run(scriptRun(ASK, { call: server.call, onAway: (away) => own.push(away) }));
  });
  await server.reached(4);
  await expect.poll(() => told.filter((own) => own.at(-1) === true).length).toBe(10);
  server.release();
  await Promise.all(runs);
  for (const own of told) {
    expect(own.at(-1)).toBe(false);
    expect(own.filter(Boolean)).toHaveLength(own.length / 2);
  }
});

/** Gives scripts `hold()`, which waits for the host and keeps the place. */
const HOLDING = [
  { name: 'p', source: 'return (platform) => { platform.globals.hold = () => platform.call("f", null); };' },
];

test.each([
  ['ends', ASK, { ok: true, returned: 1 }],
  [
    'ends its runner',
    `${ASK.replace('return ', '')}; for (const a = []; ;) a.push('x'.repeat(1e6) + a.length, new Array(1e6).fill(1))`,
    { ok: false },
  ],
])(
  'close() waits for a script that must wait for its turn at the network, also when the last one %s',
  async (_, last, end) => {
    const sandbox = useSandbox({ isolates: 1, spares: 0 });
    await sandbox.ready();
    const server = slowServer();
    const asking = [ASK, ASK, ASK, last].map((code) => sandbox.run(scriptRun(code, { call: server.call })));
    await server.reached(4);
    // All that its bot may wait with are taken when this one asks.
    const held = Promise.withResolvers<string>();
    const begun = Promise.withResolvers<void>();
    const call: ScriptRun['call'] = (plugin) => {
      if (plugin !== 'p') return server.call(plugin, '', '', new AbortController().signal, 0);
      begun.resolve();
      return held.promise;
    };
    const late = sandbox.run(scriptRun(`hold(); ${ASK}`, { plugins: HOLDING, call }));
    await begun.promise;
    const closed = sandbox.close();
    held.resolve('null');
    await expect.poll(() => sandbox.stats().queued).toBe(1);
    server.release();
    expect(await late).toMatchObject({ ok: true, returned: 1 });
    expect(await Promise.all(asking)).toMatchObject([...Array.from({ length: 3 }, () => ({ ok: true })), end]);
    await closed;
  },
);
