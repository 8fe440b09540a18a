import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import { issueWords } from '../../../plugin/contract/issue-words.ts';
import { type Command, commandSchema } from '../commands/command-schema.ts';
import type { CommandResult } from '../commands/perform.ts';
import type { SourceFile } from '../records.ts';
import type { PageFile } from '../page-files.ts';
import { isJson, isLocalHost, isSameOrigin, setSecurityHeaders } from './guard.ts';
import { readJsonBody } from './read-body.ts';

/** Tried in order with every request; `false`: not mine. */
export type Route = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<boolean>;

export interface RouteContext {
  readonly pageFiles: () => Promise<ReadonlyMap<string, PageFile>>;
  stream(request: IncomingMessage, response: ServerResponse): void;
  detail(id: number): unknown;
  source(file: string): Promise<SourceFile | undefined>;
  scenario(userId: string): unknown;
  perform(command: Command): Promise<CommandResult>;
}

const PREFIX = '/simulator/';

/** The simulator's part of the HTTP server: `/`, and everything under `/simulator/`. */
export function simulatorRoute(context: RouteContext): Route {
  return async (request, response, url) => {
    if (url.pathname !== '/' && !url.pathname.startsWith(PREFIX)) return false;
    setSecurityHeaders(response);
    if (!isLocalHost(request)) return answer(response, 403, { error: 'this page is served to this machine only' });
    if (url.pathname === `${PREFIX}do`) return await serveCommand(request, response, context);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return answer(response, 405, { error: 'this address is only read' });
    }
    return await serveRead(request, response, url, context);
  };
}

async function serveRead(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  context: RouteContext,
): Promise<boolean> {
  const name = url.pathname === '/' ? 'index.html' : url.pathname.slice(PREFIX.length);
  if (name === 'stream') {
    context.stream(request, response);
    return true;
  }
  if (name === 'entry') return found(response, context.detail(Number(url.searchParams.get('id'))));
  if (name === 'file') return found(response, await context.source(url.searchParams.get('path') ?? ''));
  if (name === 'scenario.json') return download(response, context.scenario(url.searchParams.get('user') ?? ''));
  const file = (await context.pageFiles()).get(name);
  if (file === undefined) return answer(response, 404, { error: 'there is nothing at this address' });
  response.writeHead(200, { 'content-type': file.type, 'content-length': file.bytes.length });
  response.end(request.method === 'HEAD' ? undefined : file.bytes);
  return true;
}

async function serveCommand(
  request: IncomingMessage,
  response: ServerResponse,
  context: RouteContext,
): Promise<boolean> {
  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST');
    return answer(response, 405, { error: 'a command is posted' });
  }
  if (!isSameOrigin(request))
    return answer(response, 403, { error: 'a command must come from the simulator’s own page' });
  if (!isJson(request)) return answer(response, 415, { error: 'a command is JSON: Content-Type: application/json' });
  const body = await readJsonBody(request);
  if ('problem' in body) {
    return body.problem === 'too_large'
      ? answer(response, 413, { error: 'the command is too large' })
      : answer(response, 400, { error: 'the command is not JSON' });
  }
  const command = commandSchema.safeParse(body.value);
  if (!command.success) return answer(response, 400, { error: 'not a command', problems: problemsOf(command.error) });
  const result = await context.perform(command.data);
  if (result.ok) return answer(response, 200, result);
  const status = result.reason === 'refused' ? 409 : 503;
  return answer(response, status, { error: result.problems.join('; '), problems: result.problems });
}

function problemsOf(error: z.ZodError): string[] {
  return error.issues.map((issue) => `${issue.path.map(String).join('.') || 'command'}: ${issueWords(issue)}`);
}

function found(response: ServerResponse, value: unknown): boolean {
  return value === undefined
    ? answer(response, 404, { error: 'there is no such thing (any more)' })
    : answer(response, 200, { value });
}

/** A small file for people to keep and to read, so it is written with line breaks. */
function download(response: ServerResponse, value: unknown): boolean {
  if (value === undefined) return found(response, undefined);
  response.writeHead(200, {
    'content-type': 'application/json; charset=utf-8',
    'content-disposition': 'attachment; filename="scenario.json"',
  });
  response.end(`${JSON.stringify(value, null, 2)}\n`);
  return true;
}

function answer(response: ServerResponse, status: number, body: unknown): boolean {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': bytes.length });
  response.end(bytes);
  return true;
}
