/** A real server looks after its webhook: another address, or none, is told and set again. */
import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { LiveTexEmulator } from '../../../runtime-shim/emulator/emulator-contract.ts';
import { KEY, setUpServer } from '../../support/served.ts';

/** Bounds a hang only, ms: it begins beside what keeps both cores busy. */
const LONG = 240_000;
const OURS = 'http://127.0.0.1:1/webhook/livetex/main';
const THEIRS = 'https://other.example.com/hook';

const binding = (webhook: Record<string, unknown>) => ({
  token: { env: 'LIVETEX_TOKEN' },
  webhook: { publicUrl: 'http://127.0.0.1:1', key: { env: 'LIVETEX_KEY' }, watchSeconds: 5, ...webhook },
});

/** What another program with the same access key does. */
async function takeWebhook({ url, token }: LiveTexEmulator, address: string): Promise<void> {
  const answer = await fetch(`${url}/1.0/setWebhook?key=${token}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url: address, webhook_key: 'key-of-another-program' }),
  });
  expect(answer.status).toBe(200);
}

async function served(webhook: Record<string, unknown>) {
  const set = await setUpServer();
  const { folder, emulator } = set;
  const config = JSON.parse(await readFile(`${folder}/livetex.json`, 'utf8')) as Record<string, unknown>;
  config['livetex'] = [{ ...binding(webhook), baseUrl: emulator.url }];
  await writeFile(`${folder}/livetex.json`, JSON.stringify(config));
  const { command, url } = await set.start();
  await command.seen(/webhook registered/);
  return { ...set, command, url };
}

test(
  'taken or removed, it is ours again after the next reading; taken twice, it is a fight',
  { timeout: LONG },
  async () => {
    const { emulator, command, url, run } = await served({});
    const ours = async (): Promise<void> => {
      await expect.poll(() => emulator.webhooks.settings, { timeout: LONG }).toMatchObject({ url: OURS, key: KEY });
    };
    const removed = await run('webhook', 'remove');
    expect(removed).toMatchObject({ code: 0, stdout: 'main: LiveTex posts to (nothing: no webhook is registered)\n' });
    expect(removed.stderr).toContain('webhook.keep');
    expect(emulator.webhooks.settings.url).toBe('');
    await ours();
    await command.seen(/has no webhook at LiveTex any more/);
    await takeWebhook(emulator, THEIRS);
    await ours();
    await command.seen(/answers of operators go to https:\/\/other\.example\.com\/hook/);
    await takeWebhook(emulator, THEIRS);
    await ours();
    await command.seen(/two of them have the same access key/);
    await expect.poll(async () => (await fetch(`${url}/readyz?binding=main`)).status, { timeout: LONG }).toBe(503);
    expect(await (await fetch(`${url}/readyz?binding=main`)).text()).toContain('another installation');
  },
);

test('with keep: false it is only told, in the log, in the state and as a figure', { timeout: LONG }, async () => {
  const { emulator, command, url } = await served({ keep: false });
  await takeWebhook(emulator, THEIRS);
  await command.seen(/answers of operators go to https:\/\/other\.example\.com\/hook/);
  const state = await fetch(`${url}/readyz?binding=main`);
  expect(state.status).toBe(503);
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('livetex_webhook_ours{binding="main"} 0');
  expect(emulator.webhooks.settings.url).toBe(THEIRS);
});
