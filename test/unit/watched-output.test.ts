import { request } from 'undici';
import { expect, test } from 'vitest';
import { takeFound } from '../support/watched-output.ts';
import { startHttpServer } from '../support/http-server.ts';
import { startCommand } from '../support/command.ts';
import { startRuntime } from '../support/start-runtime.ts';

/** The watch that is kept in every test file would fail this one if what it finds here were not taken away. */
const TOKEN = 'a-token+that/is=watched';

test('a token that is sent to a LiveTex is found in our answers, logs and outputs, in whatever form', async () => {
  const livetex = await startHttpServer(() => ({ status: 200, body: '{}' }));
  await (await request(`${livetex.url}/1.0/sendText?key=${encodeURIComponent(TOKEN)}`)).body.dump();

  const runtime = await startRuntime(
    { scripts: [{ code: 'start', commands: [{ type: 'send_text', text: `Привет ${TOKEN}` }] }] },
    { http: { port: 0 } },
  );
  await runtime.say('привет');
  await (await fetch(`${runtime.url}/api/channels/telegram/leads/1/messages`)).text();
  expect(takeFound()).toEqual([expect.stringMatching(/^the answer to \/api\/channels\/telegram/)]);

  await startCommand(['run', encodeURIComponent(TOKEN)]).end;
  expect(takeFound()).toEqual([expect.stringMatching(/^the output of "run/)]);
});
