import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { simulatorRoute } from '../../../runtime-shim/simulator/http/routes.ts';
import { useRoutes } from './routes-server.ts';

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

async function start(): Promise<{ ask: typeof send; origin: string; performed: unknown[] }> {
  const performed: unknown[] = [];
  const route = simulatorRoute({
    pageFiles: async () =>
      await Promise.resolve(new Map([['index.html', { type: 'text/html', bytes: Buffer.from('<!doctype html>') }]])),
    stream: (_request, response) => response.end(),
    detail: (id) => (id === 1 ? { text: 'да' } : undefined),
    source: async () => await Promise.resolve(undefined),
    scenario: () => undefined,
    perform: async (command) => {
      performed.push(command);
      return await Promise.resolve({ ok: true as const });
    },
    logger: undefined,
  });
  const origin = await useRoutes([route]);
  return { origin, performed, ask: async (path, options) => await send(`${origin}${path}`, options) };
}

/** `fetch` sets its own Host, Origin and Sec-Fetch-Site; here they are what is tested. */
async function send(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const asked = request(url, { method: options.method ?? 'GET', headers: options.headers ?? {} }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    asked.on('error', reject);
    asked.end(options.body);
  });
}

const RESTART = JSON.stringify({ do: 'restart' });

describe('what the simulator answers', () => {
  it('serves the page with a policy that allows no inline code, no foreign address, and in a frame this server alone', async () => {
    const { ask } = await start();
    const { status, headers } = await ask('/');
    expect(status).toBe(200);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-src 'self'; frame-ancestors 'none'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  });

  it('leaves other addresses to others, and knows which of its own do not exist', async () => {
    const { ask } = await start();
    expect((await ask('/api/anything')).body).toBe('not mine');
    expect((await ask('/simulator/nothing')).status).toBe(404);
    expect((await ask('/simulator/entry?id=1')).body).toBe('{"value":{"text":"да"}}');
    expect((await ask('/simulator/entry?id=2')).status).toBe(404);
    expect((await ask('/simulator/entry', { method: 'POST' })).status).toBe(405);
    expect((await ask('/simulator/do')).status).toBe(405);
  });

  it('refuses a name that points here but is not ours (DNS rebinding)', async () => {
    const { ask } = await start();
    for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:8024', '10.0.0.7:8024']) {
      expect({ host, status: (await ask('/', { headers: { host } })).status }).toEqual({ host, status: 403 });
    }
    expect((await ask('/', { headers: { host: 'localhost:1' } })).status).toBe(200);
  });

  it('acts only for its own page', async () => {
    const { ask, origin, performed } = await start();
    const json = { 'content-type': 'application/json' };
    const post = async (headers: Record<string, string>, body = RESTART): Promise<number> =>
      (await ask('/simulator/do', { method: 'POST', headers, body })).status;
    expect(await post(json)).toBe(403);
    expect(await post({ ...json, origin: 'https://evil.example' })).toBe(403);
    expect(await post({ ...json, origin: 'null' })).toBe(403);
    expect(await post({ ...json, origin, 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await post({ ...json, 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(await post({ origin, 'content-type': 'text/plain' })).toBe(415);
    expect(await post({ origin })).toBe(415);
    expect(performed).toEqual([]);
    expect(await post({ ...json, origin })).toBe(200);
    expect(await post({ 'content-type': 'application/json; charset=utf-8', 'sec-fetch-site': 'same-origin' })).toBe(
      200,
    );
    expect(performed).toHaveLength(2);
  });

  it('says what is wrong with a command', async () => {
    const { ask, origin, performed } = await start();
    const post = async (body: string): Promise<Answer> =>
      await ask('/simulator/do', { method: 'POST', headers: { origin, 'content-type': 'application/json' }, body });
    expect(await post('{')).toMatchObject({ status: 400, body: expect.stringContaining('not JSON') as string });
    expect((await post('{"do":"fly"}')).status).toBe(400);
    const bad = await post(
      JSON.stringify({ do: 'desk_file', userId: 'a', operatorId: 'b', url: 'javascript:alert(1)', extra: 1 }),
    );
    expect(bad.status).toBe(400);
    expect(bad.body).toContain('url: must be an absolute http: or https: URL');
    expect(bad.body).toContain('extra');
    expect((await post(`"${'x'.repeat(600_000)}"`)).status).toBe(413);
    expect(performed).toEqual([]);
  });
});
