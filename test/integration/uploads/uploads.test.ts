/** Files that leads send to this server itself: over HTTP in, into a folder and into S3, and out by their signed addresses. */
import { createHash } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createMemoryStorage, systemClock } from '../../../plugin/storage/index.ts';
import type { Storage } from '../../../plugin/storage/contract.ts';
import { fileKey, FileLinks } from '../../../runtime-shim/channels/file-links.ts';
import { telegramDriver } from '../../../runtime-shim/channels/telegram/telegram-driver.ts';
import { startTelegramEmulator } from '../../../runtime-shim/emulator/index.ts';
import { takeUpload } from '../../../runtime-shim/http/take-upload.ts';
import type { FileStore, UploadOptions } from '../../../runtime-shim/uploads/contract.ts';
import { folderStore } from '../../../runtime-shim/uploads/folder-store.ts';
import { s3Store } from '../../../runtime-shim/uploads/s3-store.ts';
import { uploadId, usedRoom, writeUpload } from '../../../runtime-shim/uploads/upload-records.ts';
import { Uploads } from '../../../runtime-shim/uploads/uploads.ts';
import { startHttpServer } from '../../support/http-server.ts';
import { startRuntime, type StartedRuntime } from '../../support/start-runtime.ts';
import { temporaryStorageFolder } from '../../support/storage-folder.ts';
import { createTestClock, type TestClock } from '../../support/test-clock.ts';
import { watchedLogger } from '../../support/watched-logger.ts';
import { tinyPlugin, type TinyPlugin } from '../runtime/tiny-plugin.ts';
import { startFakeS3 } from './fake-s3.ts';

const LEAD = { botId: 'test', channel: 'telegram', externalId: 'a/b' };
const OTHER = { ...LEAD, externalId: 'a' };
const PUBLIC = 'https://bot.example.com';
const BOT = { scripts: [{ code: 'start', commands: [{ type: 'send_text', text: 'да' }] }] };
const KEYS = { id: 'a-key-of-the-bucket', secret: 'a-secret-of-the-bucket' };
const PNG = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(300_000, 7)]);

interface Place {
  readonly store: FileStore;
  /** Names of all that is kept. */
  readonly kept: () => string[];
}

function folder(): Place {
  const path = temporaryStorageFolder();
  const kept = (): string[] =>
    readdirSync(path, { recursive: true, withFileTypes: true }).flatMap((one) => (one.isFile() ? [one.name] : []));
  return { store: folderStore(path), kept };
}

async function bucket(): Promise<Place & { readonly s3: Awaited<ReturnType<typeof startFakeS3>> }> {
  const s3 = await startFakeS3(KEYS);
  const { id: accessKeyId, secret: secretAccessKey } = KEYS;
  const store = s3Store({ endpoint: s3.url, bucket: 'files', accessKeyId, secretAccessKey });
  return { store, s3, kept: () => [...s3.files.keys()] };
}

interface Stand {
  readonly storage: Storage;
  readonly uploads: Uploads;
  /** Takes a body as a file of the lead. */
  readonly url: string;
}

async function stand(options: UploadOptions, clock: Pick<TestClock, 'now' | 'after'> = systemClock): Promise<Stand> {
  const storage = createMemoryStorage({ clock: systemClock });
  onTestFinished(() => storage.close());
  const background = (_what: string, work: () => Promise<unknown>): void => void work();
  const uploads = new Uploads(options, { storage, clock, logger: watchedLogger(), background });
  const server = http.createServer((request, response) => {
    const { 'x-lead': externalId = LEAD.externalId, 'x-from': from } = request.headers as Record<string, string>;
    void takeUpload({ request, response, uploads, lead: { ...LEAD, externalId }, from });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await uploads.stop();
  });
  const address = server.address();
  return { storage, uploads, url: `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}/` };
}

const sent = async (
  url: string,
  body: Uint8Array<ArrayBuffer> | ReadableStream,
  name = 'a.bin',
  more: Record<string, string> = {},
): Promise<unknown[]> => {
  const headers = { 'x-file-name': encodeURIComponent(name), ...more };
  const answer = await fetch(url, { method: 'POST', body, headers, duplex: 'half' });
  const told = (await answer.json()) as { readonly id?: string; readonly error?: { readonly code: string } };
  return [answer.status, told.error?.code ?? told];
};

for (const [where, place] of [
  ['a folder', folder],
  ['S3', bucket],
] as const) {
  test(`a file goes into ${where} and comes out by its address: whole, in parts, to nobody else, and not for ever`, async () => {
    const { store, kept } = await place();
    const { storage, uploads, url } = await stand({ store });
    const [status, upload] = (await sent(url, PNG, '../мой "кот".png')) as [number, { readonly id: string }];
    const { id } = upload;
    expect([status, upload]).toEqual([201, { id, type: 'image', name: 'мой "кот".png', size: PNG.length }]);
    expect(await uploads.find(OTHER, id)).toBeUndefined();
    expect(await uploads.find(LEAD, `${id}/..`)).toBeUndefined();
    const found = await uploads.find(LEAD, id);
    expect(found).toEqual({ type: 'image', file: id, name: 'мой "кот".png', size: PNG.length, upload: true });

    const telegram = await startTelegramEmulator();
    onTestFinished(() => telegram.close());
    const channels = { telegram: { driver: telegramDriver({ token: telegram.token, baseUrl: telegram.url }) } };
    const http = { port: 0, publicUrl: PUBLIC };
    const runtime = await startRuntime(BOT, { storage, channels, http, uploads: { store } });
    const links = new FileLinks(await fileKey(storage), () => PUBLIC);
    const linkAt = (now: number): string =>
      String(found === undefined ? '' : links.linkOf('site', found, now)).replace(PUBLIC, String(runtime.url));
    const link = linkAt(Date.now());
    const whole = await fetch(link);
    expect([whole.status, whole.headers.get('content-type'), whole.headers.get('content-disposition')]).toEqual([
      200,
      'image/png',
      `inline; filename="___ _____.png"; filename*=UTF-8''${encodeURIComponent('мой "кот".png')}`,
    ]);
    expect(Buffer.from(await whole.arrayBuffer()).equals(PNG)).toBe(true);
    const part = await fetch(link, { headers: { range: 'bytes=299990-' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 299990-300007/${PNG.length}`]);
    expect(Buffer.from(await part.arrayBuffer()).equals(PNG.subarray(299_990))).toBe(true);
    expect((await fetch(link, { headers: { range: 'bytes=0-3' } })).status).toBe(206);
    expect((await fetch(link, { headers: { range: 'bytes=400000-' } })).status).toBe(416);
    expect((await fetch(link, { method: 'HEAD' })).headers.get('content-length')).toBe(String(PNG.length));
    expect((await fetch(linkAt(Date.now() - 31 * 86_400_000))).status).toBe(410);
    expect((await fetch(`${link.slice(0, -2)}AA`)).status).toBe(404);

    // All that is kept of a person can be shown, and goes.
    expect((await runtime.leadData('telegram', 'a/b'))?.uploads).toMatchObject([{ id, size: PNG.length }]);
    expect(await runtime.leadData('telegram', 'a')).toBeUndefined();
    expect(kept().length).toBe(1);
    expect(await runtime.forgetLead('telegram', 'a/b')).toMatchObject({ removed: 1 });
    expect([kept(), (await fetch(link)).status]).toEqual([[], 404]);
    expect(await storage.read((tx) => usedRoom(tx, { lead: LEAD }))).toEqual({ lead: 0, all: 0, address: 0 });
  });
}

test('what is too large, of a wrong kind, cut off or refused by the scanner leaves nothing; quotas and time hold', async () => {
  const { store, kept } = folder();
  const scanner = join(store.incoming, '..', '..', 'scanner.mjs');
  const source = `import { readFileSync } from 'node:fs';
    const text = readFileSync(process.argv[2], 'latin1');
    process.exit(text.includes('EICAR') ? 1 : text.includes('BROKEN') ? 2 : 0);`;
  writeFileSync(scanner, source);
  const clock = createTestClock(Date.now());
  const limits = { maxBytes: 100_000, leadBytes: 300_000, keepMs: 86_400_000 } as const;
  const scan = [process.execPath, scanner, '{file}'] as const;
  const { storage, uploads, url } = await stand({ store, ...limits, accept: ['image', 'file'], scan }, clock);
  const room = async (): Promise<number> => (await storage.read((tx) => usedRoom(tx, { lead: LEAD }))).lead;
  const chunks = (size: number): ReadableStream =>
    ReadableStream.from(Array.from({ length: size / 10_000 }, () => Buffer.alloc(10_000, 1)));
  expect(await sent(url, Buffer.alloc(100_001))).toEqual([413, 'upload_too_large']);
  expect(await sent(url, chunks(200_000))).toEqual([413, 'upload_too_large']);
  expect(await sent(url, Buffer.alloc(0))).toEqual([415, 'upload_type_refused']);
  expect(await sent(url, Buffer.from('ID3 is music'))).toEqual([415, 'upload_type_refused']);
  expect(await sent(url, Buffer.from('X5O EICAR'))).toEqual([422, 'upload_infected']);
  expect(await sent(url, Buffer.from('BROKEN'))).toEqual([503, 'upload_failed']);
  await expect(uploads.take(LEAD, { name: 'a', size: 5, stream: chunks(10_000) }, new AbortController().signal))
    .rejects //
    .toMatchObject({ code: 'upload_cut' });
  const cut = http.request(url, { method: 'POST', headers: { 'content-length': 50_000 } });
  cut.on('error', () => undefined).write(Buffer.alloc(10_000));
  await expect.poll(room).toBe(50_000);
  cut.destroy();
  await expect.poll(room).toBe(0);
  expect(kept()).toEqual([]);

  // What a page calls a picture is what its bytes say.
  const page = await sent(url, Buffer.from('<script>alert(1)</script>'), 'cat.png');
  expect(page).toMatchObject([201, { type: 'file', name: 'cat.png' }]);
  expect((await sent(url, chunks(100_000)))[0]).toBe(201);
  expect((await sent(url, chunks(100_000)))[0]).toBe(201);
  expect(await sent(url, Buffer.alloc(99_000))).toEqual([507, 'upload_no_room']);
  expect(kept().length).toBe(3);
  await clock.advance(limits.keepMs + 1_000);
  uploads.start();
  await clock.advance(1);
  await expect.poll(kept).toEqual([]);
  // It is given back after the file has gone.
  await expect.poll(room).toBe(0);
});

test('one address fills a tenth of the place, whoever it says to be; what a dead process has left half is gone at the start', async () => {
  const { store, kept } = folder();
  const { storage, uploads, url } = await stand({ store, leadBytes: 200_000, totalBytes: 3_000_000 });
  const send = (lead: string, from: string): Promise<unknown[]> =>
    sent(url, Buffer.alloc(100_000, 1), 'a.bin', { 'x-lead': lead, 'x-from': from });
  const statuses = [];
  for (const lead of ['a', 'b', 'c', 'd']) statuses.push(await send(lead, 'one'));
  expect(statuses.map(([status]) => status)).toEqual([201, 201, 201, 507]);
  expect(statuses.at(-1)).toEqual([507, 'upload_no_room']);
  const refused = await fetch(url, { method: 'POST', body: 'x', headers: { 'x-lead': 'e', 'x-from': 'one' } });
  expect(await refused.json()).toMatchObject({
    error: { message: 'as many files came from this address as are kept for one' },
  });
  expect((await send('d', 'another'))[0]).toBe(201);
  expect(await uploads.forget({ ...LEAD, externalId: 'a' })).toBe(1);
  expect((await send('d', 'one'))[0]).toBe(201);

  const id = uploadId(Date.now(), 'a'.repeat(24));
  const half = {
    lead: OTHER,
    from: 'one',
    name: 'half',
    type: 'file',
    size: 0,
    room: 50_000,
    at: 1,
    ready: false,
  } as const;
  await storage.transaction((tx) => writeUpload(tx, id, half, undefined));
  writeFileSync(join(store.incoming, id), 'half');
  expect(kept()).toHaveLength(5);
  uploads.start();
  await expect.poll(kept, { timeout: 60_000 }).toHaveLength(4);
  const room = await storage.read((tx) => usedRoom(tx, { lead: OTHER, from: 'one' }));
  expect(room).toEqual({ lead: 0, all: 400_000, address: 300_000 });
});

test('a store that refuses is told of as such, and the file is not there; its key stands nowhere', async () => {
  const { s3, store, kept } = await bucket();
  const { storage, url } = await stand({ store });
  s3.fail(500);
  expect(await sent(url, PNG)).toEqual([503, 'upload_failed']);
  const strange = s3Store({ endpoint: s3.url, bucket: 'files', accessKeyId: KEYS.id, secretAccessKey: 'another one' });
  const { url: other } = await stand({ store: strange });
  expect(await sent(other, PNG)).toEqual([503, 'upload_failed']);
  await expect(strange.delete('x')).rejects.toThrow('the store answers DELETE with status 403 (SignatureDoesNotMatch)');
  expect([kept(), await storage.read((tx) => usedRoom(tx, { lead: LEAD }))]).toEqual([
    [],
    { lead: 0, all: 0, address: 0 },
  ]);
});

test("an operator's file reaches the lead's messenger by our address, streamed from where it lies", async () => {
  const files = await startHttpServer(() => ({ headers: { 'content-type': 'image/png' }, body: PNG }));
  const telegram = await startTelegramEmulator();
  onTestFinished(() => telegram.close());
  const tiny: TinyPlugin = tinyPlugin();
  const channels = { telegram: { driver: telegramDriver({ token: telegram.token, baseUrl: telegram.url }) } };
  const api = { allow: [{ url: `${files.url}/`, private: true }] };
  // Nobody is there: not even this server reaches itself by it.
  const publicUrl = 'http://127.0.0.1:1';
  const http = { port: 0, publicUrl };
  const runtime: StartedRuntime = await startRuntime(BOT, { channels, http, api, plugins: [tiny.factory] });
  const anna = telegram.person();
  anna.write('привет');
  await anna.until(1);
  const lead = { ...LEAD, externalId: String(anna.id) };
  const attachment = { type: 'image', url: `${files.url}/secret/scan.png`, name: 'scan.png' } as const;
  await tiny.host().deliver(lead, { id: 'd1', kind: 'file', attachment, operator: 'Пётр', at: Date.now() });
  // The local Telegram cannot reach the public address, so the file is sent along: opened where it lies.
  await anna.until(2);
  expect(anna.shown().at(-1)?.file?.name).toBe('scan.png');
  const asked = telegram.requests('sendPhoto').map(({ fields }) => fields['photo']);
  expect(String(asked[0])).toMatch(/^http:\/\/127\.0\.0\.1:1\/files\//);
  const answer = await fetch(String(asked[0]).replace(publicUrl, String(runtime.url)), { redirect: 'manual' });
  const got = createHash('sha256').update(Buffer.from(await answer.arrayBuffer()));
  expect([answer.status, got.digest('hex')]).toEqual([200, createHash('sha256').update(PNG).digest('hex')]);
});
