import { request } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { answerJson } from '../../../runtime-shim/http/answer.ts';
import { Listener } from '../../../runtime-shim/http/listen.ts';
import { type Route, serveRoutes } from '../../../runtime-shim/http/routes.ts';

const SHOP = 'https://shop.example';

function route(path: string, more: Partial<Route> = {}): Route {
  return {
    method: 'GET',
    path,
    access: 'own',
    summary: 'a test',
    answers: { 200: { description: 'it' } },
    answer: ({ response, params }) => answerJson(response, 200, params),
    ...more,
  };
}

async function useServed(...routes: readonly Route[]): Promise<string> {
  const serve = serveRoutes(routes, { mayAsk: () => true, logger: undefined });
  const listener = new Listener({ host: '127.0.0.1', port: 0, serve });
  await listener.listen();
  onTestFinished(() => listener.end());
  return listener.url ?? '';
}

test('a route that declares origins lets their pages ask, others none', async () => {
  const url = await useServed(route('/open', { corsOrigins: [SHOP] }), route('/closed'));
  const allowed = async (path: string, origin: string): Promise<unknown> => {
    const { headers, body } = await request(`${url}${path}`, { headers: { origin } });
    expect(await body.json()).toEqual({});
    return headers['access-control-allow-origin'];
  };
  expect(await allowed('/open', SHOP)).toBe(SHOP);
  expect(await allowed('/open', 'https://evil.example')).toBeUndefined();
  expect(await allowed('/closed', SHOP)).toBeUndefined();
});

test('a browser that asks ahead of a request is told the methods of the address', async () => {
  const url = await useServed(
    route('/open', { corsOrigins: [SHOP] }),
    route('/open', { method: 'POST', corsOrigins: [SHOP] }),
  );
  const headers = { origin: SHOP, 'access-control-request-method': 'POST' };
  const { statusCode, headers: said } = await request(`${url}/open`, { method: 'OPTIONS', headers });
  expect(statusCode).toBe(204);
  expect(said).toMatchObject({ 'access-control-allow-origin': SHOP, 'access-control-allow-methods': 'GET,POST' });
});

test.each([false, true])('parts of the path come decoded, slashes inside them too; hot: %s', async (hot) => {
  const url = await useServed(route('/leads/{id}', { hot }));
  const { body } = await request(`${url}/leads/${encodeURIComponent('a/б%')}`);
  expect(await body.json()).toEqual({ id: 'a/б%' });
});

test('what an answer throws is a failure of this request only', async () => {
  const url = await useServed(
    route('/broken', {
      answer: () => {
        throw new Error('no');
      },
    }),
  );
  const { statusCode, body } = await request(`${url}/broken`);
  expect(statusCode).toBe(503);
  expect(await body.json()).toMatchObject({ error: { code: 'failed' } });
  expect((await request(`${url}/none`)).statusCode).toBe(404);
});
