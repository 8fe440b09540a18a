/** `outbox` on the data of a stopped server, beside a running one, and where neither works. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { configSchema } from '../../../runtime-shim/cli/config/config-schema.ts';
import {
  maintenanceRoute,
  newControlToken,
  removeControlFile,
  writeControlFile,
} from '../../../runtime-shim/cli/maintenance/maintenance-route.ts';
import { maintenanceOf } from '../../../runtime-shim/cli/maintenance/maintenance.ts';
import { createRuntimeOf } from '../../../runtime-shim/cli/create-runtime-of.ts';
import type { Storage } from '../../../plugin/storage/contract.ts';
import { openStorage, systemClock } from '../../../plugin/storage/index.ts';
import { runCommand, temporaryFolder } from '../../support/command.ts';

const QUEUE = 'livetex:main';

/** A folder with a configuration, and its data with one dead message, one stuck message and one behind it. */
async function troubledData(): Promise<{ folder: string; storage: Storage; close: () => Promise<void> }> {
  const config = { bot: 'bot', storage: 'sqlite:data', livetex: [{ token: { env: 'NOT_SET_AT_NIGHT' } }] };
  const folder = await temporaryFolder({ 'livetex.json': JSON.stringify(config) });
  await mkdir(join(folder, 'bot'));
  const storage = await openStorage(`sqlite:${join(folder, 'data')}`, { clock: systemClock });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => await (closing ??= storage.close());
  onTestFinished(close);
  const job = (lane: string, text: string) => ({
    queue: QUEUE,
    lane,
    kind: 'sendText',
    payload: { kind: 'sendText', text },
  });
  await storage.transaction((tx) =>
    tx.enqueue([job('b:telegram:1', 'Здравствуйте!'), job('b:telegram:2', 'Где заказ?'), job('b:telegram:2', 'Ау')]),
  );
  for (const claimed of await storage.claim({ queue: QUEUE, limit: 10, leaseMs: 60_000 })) {
    await storage.transaction(async (tx) => {
      if (claimed.lane === 'b:telegram:1') await tx.deadLetter(claimed, 'livetex_refused: too long');
      else await tx.retry(claimed, { notBefore: systemClock.now() + 3_600_000, error: 'livetex_timeout: no answer' });
    });
  }
  return { folder, storage, close };
}

/** A running server's route on these data, and the file that leads to it. It works on nothing: the outbox stays as it is. */
async function serveMaintenance(folder: string, storage: Storage): Promise<{ url: string; token: string }> {
  const data = join(folder, 'data');
  const bot = { id: 'b', scripts: [{ code: 'start' }] };
  await writeFile(join(folder, 'bot', 'bot.json'), JSON.stringify(bot));
  const config = configSchema.parse({ bot: join(folder, 'bot'), storage: `sqlite:${data}` });
  const token = newControlToken();
  const maintenance = maintenanceOf(storage, config);
  onTestFinished(() => maintenance.close());
  const routes = [maintenanceRoute(token, () => maintenance)];
  const runtime = await createRuntimeOf(config, { storage, http: { port: 0 }, parts: { routes } });
  onTestFinished(() => runtime.close());
  await runtime.start();
  const url = runtime.url ?? '';
  await writeControlFile(data, { url, token });
  onTestFinished(() => removeControlFile(data));
  return { url, token };
}

async function deadId(folder: string): Promise<string> {
  const { stdout } = await runCommand(['outbox', 'list', '--config', 'livetex.json', '--json'], { cwd: folder });
  const { entries } = JSON.parse(stdout) as { entries: Array<{ id: number; state: string }> };
  return String(entries.find(({ state }) => state === 'dead')?.id);
}

test('of a stopped server: list, resend, drop', async () => {
  const { folder, close } = await troubledData();
  await close();
  const outbox = async (...argv: string[]) =>
    await runCommand(['outbox', ...argv, '--config', 'livetex.json'], { cwd: folder });

  const list = await outbox('list');
  expect({ code: list.code, stderr: list.stderr }).toEqual({ code: 0, stderr: '' });
  expect(list.stdout).toMatch(/\d+ dead {2}livetex:main b:telegram:1 sendText, \d+ tr(y|ies)/);
  expect(list.stdout).toContain('“Здравствуйте!”');
  expect(list.stdout).toContain('livetex_refused: too long');
  expect(list.stdout).toMatch(/\d+ stuck {2}livetex:main b:telegram:2 sendText, 1 try since .*, 1 behind it/);

  const id = await deadId(folder);
  expect(await outbox('resend', id)).toMatchObject({
    code: 0,
    stdout: '1 put back into the queue, for the next start of the server\n',
  });
  expect(await outbox('resend', id)).toMatchObject({ code: 1, stdout: '' });
  expect(await outbox('drop', 'all')).toMatchObject({ code: 0, stdout: '0 dropped\n' });
});

test('list --waiting: what waits is waiting, whether it was tried or not', async () => {
  const { folder, close } = await troubledData();
  await close();
  const list = async (...argv: string[]) =>
    (await runCommand(['outbox', 'list', '--waiting', '--config', 'livetex.json', ...argv], { cwd: folder })).stdout;
  const tried = String.raw` +\d+ waiting {2}livetex:main b:telegram:2 sendText, 1 try since [-\d]+ [:\d]+\n +“Где заказ\?”\n +livetex_timeout: no answer`;
  const untried = String.raw` +\d+ waiting {2}livetex:main b:telegram:2 sendText, 0 tries\n +“Ау”`;
  const stored = String.raw`\n +stored [-\d]+ [:\d]+\n`;
  expect(await list()).toMatch(new RegExp(`^${tried}${stored}${untried}${stored}$`, 'u'));
  expect(await list('--lang', 'ru')).toMatch(/^ +\d+ ждёт {2}livetex:main b:telegram:2 sendText, 0 попыток$/mu);
});

test('a queue held back: until when, or that the time is over and its messages wait for the next try', async () => {
  const { folder, storage } = await troubledData();
  const reason = 'livetex_token_refused';
  const hour = 3_600_000;
  const hold = async (until: number) =>
    await storage.transaction((tx) => tx.setPause(QUEUE, { until: systemClock.now() + until, reason }));
  await serveMaintenance(folder, storage);
  const list = async () => (await runCommand(['outbox', 'list', '--config', 'livetex.json'], { cwd: folder })).stdout;

  await hold(hour);
  expect(await list()).toMatch(/^livetex:main is held back until .* \(livetex_token_refused\), 2 waiting$/m);
  await hold(-hour);
  expect(await list()).toMatch(
    /^livetex:main was held back until .* \(livetex_token_refused\), 2 waiting to be tried$/m,
  );
});

test('beside a running server, through it', async () => {
  const { folder, storage } = await troubledData();
  await serveMaintenance(folder, storage);

  const id = await deadId(folder);
  const resent = await runCommand(['outbox', 'resend', id, '--config', 'livetex.json'], { cwd: folder });
  expect(resent).toMatchObject({ code: 0, stdout: '1 put back into the queue\n', stderr: '' });
  expect(await storage.listDead({ limit: 10 })).toEqual([]);
  const jobs = await storage.read((tx) => tx.listJobs(QUEUE, 'b:telegram:1', 10));
  expect(jobs.map(({ payload }) => payload)).toEqual([{ kind: 'sendText', text: 'Здравствуйте!' }]);
});

test('who has not the token of the data folder learns nothing and changes nothing', async () => {
  const { folder, storage } = await troubledData();
  const { url, token } = await serveMaintenance(folder, storage);
  const ask = async (authorization: string | undefined, body: string) =>
    await fetch(`${url}/maintenance`, {
      method: 'POST',
      headers: authorization === undefined ? {} : { authorization },
      body,
    });
  const drop = JSON.stringify({ do: 'drop', which: 'all' });
  for (const wrong of [undefined, 'Bearer ', `Bearer ${token}x`, `Basic ${token}`]) {
    const answer = await ask(wrong, drop);
    expect([answer.status, await answer.json()]).toMatchObject([401, { error: { code: 'unauthorised' } }]);
  }
  expect(await storage.listDead({ limit: 10 })).toHaveLength(1);
  const answers = [drop.slice(1), JSON.stringify({ do: 'all' }), 'x'.repeat(20_000), drop];
  const statuses: number[] = [];
  for (const body of answers) statuses.push((await ask(`Bearer ${token}`, body)).status);
  expect(statuses).toEqual([400, 400, 413, 200]);
  expect(await storage.listDead({ limit: 10 })).toEqual([]);
});

test('beside a process that does not answer, it says who holds the data', async () => {
  const { folder } = await troubledData();
  const { code, stderr } = await runCommand(['outbox', 'list', '--config', 'livetex.json'], { cwd: folder });
  expect(code).toBe(1);
  expect(stderr).toContain('is in use by another process');
});

test.each([
  ['without a number', ['resend'], 2, 'resend: the number of a message, or "all", is missing'],
  ['with a wrong number', ['drop', '1.5'], 2, 'drop: a number or "all" is needed'],
  ['a number too many', ['list', '5'], 2, 'unexpected argument "5"'],
])('%s', async (_name, argv, code, message) => {
  const folder = await temporaryFolder({ 'livetex.json': JSON.stringify({ bot: 'bot', storage: 'sqlite:data' }) });
  const end = await runCommand(['outbox', ...argv, '--config', 'livetex.json'], { cwd: folder });
  expect(end).toMatchObject({ code, stdout: '' });
  expect(end.stderr).toContain(message);
});

test('a mistyped data folder is not taken for an empty one', async () => {
  const folder = await temporaryFolder({ 'livetex.json': JSON.stringify({ bot: 'bot', storage: 'sqlite:dta' }) });
  const { code, stderr } = await runCommand(['outbox', 'list', '--config', 'livetex.json'], { cwd: folder });
  expect(code).toBe(1);
  expect(stderr).toContain(`there is no data in ${join(folder, 'dta')}`);
});
