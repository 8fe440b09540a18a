/** Logging in and out, who one is, and what everybody has changed. */
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { isJson } from '../../http/guard.ts';
import { answerJson } from '../../http/answer.ts';
import type { Route } from '../../http/routes.ts';
import { COOKIE, cookieOf, isOwnOrigin, roleOf, whoAsks } from '../access.ts';
import { auditPageSchema, sessionSchema } from '../records/session-records.ts';
import { consoleError } from '../console-errors.ts';
import { AREA, answering, bodyOf, consoleRoute, type RoutePorts } from '../console-route.ts';
import { SESSION_MS } from '../sessions.ts';

const loginSchema = z.strictObject({
  token: z.string().min(1).max(512),
  /** For the audit log. */
  name: z.string().trim().min(1).max(100),
});
const pageQuery = z.object({
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export interface SessionRoutesOptions {
  readonly version: string;
  /** The server is reached over https from outside: then the cookie is sent over nothing else. */
  readonly publicUrl: string | undefined;
}

export function sessionRoutes(ports: RoutePorts, { version, publicUrl }: SessionRoutesOptions): Route[] {
  const { access, audit } = ports;
  const path = `${AREA}/api/session`;
  const session = { description: 'who one is', schema: sessionSchema };
  const cookie = (request: IncomingMessage, value: string, seconds: number): string => {
    const isSecure = publicUrl?.startsWith('https:') === true && URL.parse(publicUrl)?.host === request.headers.host;
    return `${COOKIE}=${value}; Path=${AREA}; HttpOnly; SameSite=Strict; Max-Age=${seconds}${isSecure ? '; Secure' : ''}`;
  };
  return [
    {
      method: 'POST',
      path,
      access: 'own',
      summary: 'Logs in: the answer sets a cookie',
      body: loginSchema,
      answers: { 200: session, 401: { description: 'not the token' }, 429: { description: 'too many tries' } },
      answer: (call) =>
        answering(call, ports.logger, async () => {
          const { request, response } = call;
          // A page of another site could otherwise log a person in as somebody else.
          if (!isJson(request) || !isOwnOrigin(request.headers)) throw consoleError('console_forged', undefined);
          const body = await bodyOf(call, ports.bodies, loginSchema);
          if (body === undefined) return undefined;
          if (access.tokens.adminToken === undefined) throw consoleError('console_closed', undefined);
          const role = roleOf(body.token, request, access);
          const opened = await access.sessions.open({ name: body.name, role });
          await audit.add({ name: body.name, role }, 'login');
          response.setHeader('set-cookie', cookie(request, opened.secret, SESSION_MS / 1_000));
          return { ...opened.session, way: 'session', version };
        }),
    },
    {
      method: 'GET',
      path,
      access: 'own',
      opens: 'adminToken',
      summary: 'Who one is',
      answers: { 200: session, 401: { description: 'nobody has logged in' } },
      answer: (call) =>
        answering(call, ports.logger, async () => {
          const { name, role, csrf, way } = await whoAsks(call.request, access, { changes: false });
          return { name, role, csrf, way, version };
        }),
    },
    {
      method: 'DELETE',
      path,
      access: 'own',
      summary: 'Logs out',
      answers: { 200: { description: 'it is over', schema: z.object({ ok: z.literal(true) }) } },
      answer: (call) =>
        answering(call, ports.logger, async () => {
          const { request, response } = call;
          const person = await whoAsks(request, access, { changes: true });
          const secret = cookieOf(request);
          if (secret !== undefined && person.way === 'session') {
            await access.sessions.close(secret);
            await audit.add(person, 'logout');
          }
          response.setHeader('set-cookie', cookie(request, '', 0));
          answerJson(response, 200, { ok: true });
          return undefined;
        }),
    },
    consoleRoute(ports, {
      method: 'GET',
      path: '/audit',
      role: 'admin',
      summary: 'Who changed what, the newest first',
      query: pageQuery,
      answer: auditPageSchema,
      async act({ query: { after, limit } }) {
        const entries = await audit.list({ after, limit });
        return { entries, next: entries.length < limit ? null : (entries.at(-1)?.id ?? null) };
      },
    }),
  ];
}
