import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerError, answerJson, answerMethod, answerNotFound, answerText } from './answer.ts';
import { FOREIGN_HOST, hostProblem, isForeignHost, refusalFor } from './guard.ts';
import { serveLead, serveMessages } from './lead-routes.ts';
import { METRICS_TYPE, metricsText } from './metrics-text.ts';
import { parsePath } from './path.ts';
import { peerAddress } from './peer-address.ts';
import type { Serving } from './server-ports.ts';
import { serveWebhook } from './webhook-route.ts';

/** Answers one request: "HTTP of `serve` and `simulate`" of the public surface, then the routes that others added. */
export async function serveRequest(request: IncomingMessage, response: ServerResponse, on: Serving): Promise<void> {
  const target = request.url ?? '/';
  const problem = hostProblem(request);
  if (problem !== undefined) return answerError(response, 400, { code: 'bad_request', message: problem });
  const path = parsePath(target);
  if (!path.ok) return answerError(response, 400, { code: 'bad_request', message: path.reason });
  const [first, second, third, ...rest] = path.segments;
  if (first === 'webhook') {
    const plugin = on.ports.runtime.plugins.find((one) => one.name === second);
    if (plugin === undefined || third === undefined || rest.length > 0) return answerNotFound(response);
    return serveWebhook(request, response, {
      plugin,
      bindingId: third,
      address: peerAddress(request, on.trustedProxies),
      bodies: on.bodies,
    });
  }
  if (first === 'api') return serveApi(request, response, on, path.segments.slice(1), target);
  if (path.segments.length === 1 && (first === 'healthz' || first === 'readyz' || first === 'metrics')) {
    return serveState(request, response, on, first);
  }
  const url = URL.parse(target, `http://${request.headers.host ?? 'localhost'}`);
  if (url === null) return answerError(response, 400, { code: 'bad_request', message: 'the address is not a URL' });
  for (const route of on.routes) if (await route(request, response, url)) return;
  answerNotFound(response);
}

async function serveApi(
  request: IncomingMessage,
  response: ServerResponse,
  on: Serving,
  segments: readonly string[],
  target: string,
): Promise<void> {
  const refusal = refusalFor(request, on.apiToken);
  if (refusal !== undefined) {
    if (refusal.status === 401) response.setHeader('www-authenticate', 'Bearer');
    return answerError(response, refusal.status, refusal.error);
  }
  const [channels, channel, leads, externalId, messages, ...rest] = segments;
  const isLead = channels === 'channels' && leads === 'leads' && channel !== undefined && externalId !== undefined;
  if (!isLead || rest.length > 0) return answerNotFound(response);
  if (messages === undefined) return serveLead(request, response, on.ports, { channel, externalId });
  if (messages !== 'messages') return answerNotFound(response);
  const query = new URLSearchParams(target.split('#', 1)[0]?.split('?').slice(1).join('?'));
  return serveMessages(request, response, on, { channel, externalId }, query);
}

async function serveState(
  request: IncomingMessage,
  response: ServerResponse,
  { ports, apiToken }: Serving,
  what: 'healthz' | 'readyz' | 'metrics',
): Promise<void> {
  // As for the lead API: the numbers of a bot are nothing for a page of another site that has its name point here.
  if (apiToken === undefined && isForeignHost(request)) {
    return answerError(response, FOREIGN_HOST.status, FOREIGN_HOST.error);
  }
  // Load balancers and uptime checks ask with HEAD; Node leaves the body out of the answer by itself.
  if (request.method !== 'GET' && request.method !== 'HEAD') return answerMethod(response, ['GET', 'HEAD']);
  if (what === 'healthz') return answerJson(response, 200, { alive: true });
  if (what === 'metrics') return answerText(response, 200, METRICS_TYPE, metricsText(await ports.metrics()));
  const readiness = await ports.ready();
  answerJson(response, readiness.ready ? 200 : 503, readiness);
}
