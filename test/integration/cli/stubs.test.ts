/** `stubs.json`: what answers for other servers in `run` and `replay`, and what `--live` lets out. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { botFolder } from '../../support/bot-folder.ts';
import { runCommand } from '../../support/command.ts';
import { json, startHttpServer } from '../../support/http-server.ts';

const SCRIPTS = [{ code: 'start', commands: [{ type: 'run_javascript', file: 'a.js' }] }];

async function run(code: string, stubs: unknown, ...more: string[]) {
  const folder = await botFolder(
    { id: 'test', scripts: SCRIPTS },
    { 'a.js': code, 'stubs.json': JSON.stringify(stubs) },
  );
  const { stdout } = await runCommand(['run', join(folder, 'a.js'), '--json', ...more]);
  return JSON.parse(stdout) as { ok: boolean; returned: unknown; error: { code: string; message: string } | null };
}

test('the first stub that fits answers: by method, by the beginning of the address, with its status', async () => {
  const stubs = [
    { method: 'POST', url: 'https://crm.example.com/orders', status: 201, body: { id: 7 } },
    { url: 'https://crm.example.com/orders/7', body: { state: 'в пути' } },
    { url: 'https://crm.example.com/orders/*', status: 404, body: 'нет такого' },
    { url: 'https://slow.example.com/*', delayMs: 60_000 },
  ];
  const code = `
    const ask = (method, url) => [api[method](url), api.getLastResponseCode()];
    return [
      ask('postJson', 'https://crm.example.com/orders'), ask('getJson', 'https://crm.example.com:443/orders/7'),
      ask('getJson', 'https://crm.example.com/orders/8?full=1'), ask('getJson', 'https://slow.example.com/x').concat(api.getLastError()),
    ]`;
  expect(await run(code, stubs)).toMatchObject({
    ok: true,
    returned: [
      [{ id: 7 }, 201],
      [{ state: 'в пути' }, 200],
      ['нет такого', 404],
      [null, 0, 'there was no answer within 3000 ms'],
    ],
  });
});

test('what no stub answers is an error that says how to mend it, and --live lets it out', async () => {
  const server = await startHttpServer(() => json({ live: true }));
  const code = `return api.getJson('${server.url}/x?key=1')`;
  const { error } = await run(code, []);
  expect(error).toMatchObject({
    code: 'api_no_stub',
    message: `nothing answers GET ${server.url}/x: add it to stubs.json of the bot folder, or let requests out with --live`,
  });
  expect(server.requests).toHaveLength(0);
  expect(await run(code, [], '--live')).toMatchObject({ ok: true, returned: { live: true } });
  expect(server.requests).toHaveLength(1);
  const stubbed = await run(code, [{ url: `${server.url}/*`, body: { live: false } }], '--live');
  expect(stubbed).toMatchObject({ returned: { live: false } });
  expect(server.requests).toHaveLength(1);
});
