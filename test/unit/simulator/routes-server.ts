import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { HttpRoute } from '../../../runtime-shim/runtime/contract.ts';

/** Serves routes on a free port until the test ends; what none of them takes is answered with 404 "not mine". Returns the origin. */
export async function useRoutes(routes: readonly HttpRoute[]): Promise<string> {
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      for (const route of routes) if (await route(request, response, url)) return;
      response.writeHead(404).end('not mine');
    };
    answer().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
