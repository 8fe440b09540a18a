/** The simulator's part of the HTTP server: `/`, and everything under `/simulator/`. */
import { readFile, realpath, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { z } from 'zod';
import type { Logger } from '../../../plugin/contract/host.ts';
import { problemsOf } from '../../../plugin/contract/parse-tolerantly.ts';
import { answerError, answerJson, answerText } from '../../http/answer.ts';
import { isForeignHost, isJson, isOwnPage } from '../../http/guard.ts';
import { BodyBudget, jsonOf, takeBody } from '../../http/read-body.ts';
import { type Access, type HttpCall, type Route, serveRoutes } from '../../http/routes.ts';
import type { HttpRoute } from '../../runtime/contract.ts';
import { type Command, commandSchema } from '../commands/command-schema.ts';
import type { CommandResult } from '../commands/perform.ts';
import { answerPageFile, setPageHeaders } from '../../page/answer-page.ts';
import type { PageFile } from '../../page/page-files.ts';
import type { SourceFile } from '../records.ts';

export interface RouteContext {
  readonly pageFiles: () => Promise<ReadonlyMap<string, PageFile>>;
  stream(request: IncomingMessage, response: ServerResponse): void;
  detail(id: number): unknown;
  source(file: string): Promise<SourceFile | undefined>;
  scenario(userId: string): unknown;
  perform(command: Command): Promise<CommandResult>;
  readonly logger: Logger | undefined;
}

const AREA = '/simulator';
/** Longest body of a command: the longest message (100,000 UTF-16 units) in UTF-8, with room for its attachments. */
const MAX_BODY_BYTES = 512 * 1024;
/** Memory for the bodies of all commands together: 16 of the largest. Our choice: a page sends one at a time. */
const MAX_BODIES_BYTES = 16 * MAX_BODY_BYTES;

/** To be mounted on the runtime's HTTP server. */
export function simulatorRoute(context: RouteContext): HttpRoute {
  const serve = serveRoutes(pageRoutes(context), {
    mayAsk,
    area: { path: AREA, access: 'page' },
    notFound: (request, response) => {
      if (request.method === 'GET' || request.method === 'HEAD') answerNothing(response);
      else wrongMethod(request, response, READ);
    },
    wrongMethod,
    logger: context.logger,
  });
  return async (request, response, url) => {
    if (url.pathname !== '/' && !url.pathname.startsWith(`${AREA}/`)) return false;
    // The chat on a site stands in it.
    setPageHeaders(response, { hasFrames: true });
    await serve(request, response);
    return true;
  };
}

const READ = ['GET', 'HEAD'];

function pageRoutes(context: RouteContext): Route[] {
  const read = { method: 'GET', head: true, access: 'page' } as const;
  const value = { description: 'it', schema: z.object({ value: z.unknown() }) };
  const bodies = new BodyBudget(MAX_BODIES_BYTES);
  const gone = { description: 'there is no such thing (any more)' };
  const file = { ...read, answers: { 200: { description: 'a file of the page', type: 'text/html' }, 404: gone } };
  return [
    {
      ...file,
      path: '/',
      summary: 'The page',
      answer: ({ response }) => answerFile(response, 'index.html', context),
    },
    {
      ...read,
      path: `${AREA}/stream`,
      summary: 'All that the page shows, and its changes, as server-sent events',
      answers: { 200: { description: 'snapshot, changes', type: 'text/event-stream' } },
      answer: ({ request, response }) => context.stream(request, response),
    },
    {
      ...read,
      path: `${AREA}/entry`,
      summary: 'What an entry of the timeline shows when it is opened',
      query: z.object({ id: z.string() }),
      answers: { 200: value, 404: gone },
      answer: ({ response, query }) => answerFound(response, context.detail(Number(query.get('id')))),
    },
    {
      ...read,
      path: `${AREA}/file`,
      summary: 'A file of the bot folder',
      query: z.object({ path: z.string() }),
      answers: { 200: value, 404: gone },
      answer: async ({ response, query }) => answerFound(response, await context.source(query.get('path') ?? '')),
    },
    {
      ...read,
      path: `${AREA}/scenario.json`,
      summary: "What was recorded of a lead's dialog",
      query: z.object({ user: z.string() }),
      answers: { 200: { description: 'the recording', schema: z.looseObject({}) }, 404: gone },
      answer: ({ response, query }) => answerRecording(response, context.scenario(query.get('user') ?? '')),
    },
    {
      method: 'POST',
      access: 'command',
      path: `${AREA}/do`,
      summary: 'A command of the page',
      body: commandSchema,
      answers: { 200: { description: 'done', schema: z.looseObject({ ok: z.literal(true) }) } },
      answer: (call) => takeCommand(call, context, bodies),
    },
    {
      ...file,
      path: `${AREA}/{file}`,
      summary: 'A file of the page',
      params: z.object({ file: z.string() }),
      answer: ({ response, params }) => answerFile(response, params['file'] ?? '', context),
    },
  ];
}

async function takeCommand({ request, response }: HttpCall, context: RouteContext, bodies: BodyBudget): Promise<void> {
  if (!isJson(request)) return answerError(response, 415, 'a command is JSON: Content-Type: application/json');
  const tooLarge = 'the command is too large';
  const bytes = await takeBody(request, response, { maxBytes: MAX_BODY_BYTES, bodies, tooLarge });
  if (bytes === undefined) return;
  const json = jsonOf(bytes);
  if (!json.ok) return answerError(response, 400, 'the command is not JSON');
  const command = commandSchema.safeParse(json.value);
  if (!command.success) {
    return answerJson(response, 400, { error: 'not a command', problems: problemsOf(command.error, 'command') });
  }
  const result = await context.perform(command.data);
  if (result.ok) return answerJson(response, 200, result);
  const { problems, reason } = result;
  answerJson(response, reason === 'refused' ? 409 : 503, { error: problems.join('; '), problems });
}

/** Reading needs a name of this machine, a command also our own page. Another method than POST is told so instead. */
function mayAsk(access: Access, request: IncomingMessage, response: ServerResponse): boolean {
  if (isForeignHost(request)) {
    answerError(response, 403, 'this page is served to this machine only');
  } else if (access === 'command' && request.method === 'POST' && !isOwnPage(request)) {
    answerError(response, 403, 'a command must come from the simulator’s own page');
  } else {
    return true;
  }
  return false;
}

function wrongMethod(_request: IncomingMessage, response: ServerResponse, allowed: readonly string[]): void {
  response.setHeader('allow', allowed.join(', '));
  answerError(response, 405, allowed.includes('POST') ? 'a command is posted' : 'this address is only read');
}

async function answerFile(response: ServerResponse, name: string, context: RouteContext): Promise<void> {
  if (!answerPageFile(response, await context.pageFiles(), name)) answerNothing(response);
}

function answerNothing(response: ServerResponse): void {
  answerError(response, 404, 'there is nothing at this address');
}

function answerFound(response: ServerResponse, value: unknown): void {
  if (value === undefined) answerError(response, 404, 'there is no such thing (any more)');
  else answerJson(response, 200, { value });
}

/** A small file for people to keep and to read, so it is written with line breaks. */
function answerRecording(response: ServerResponse, value: unknown): void {
  if (value === undefined) return answerFound(response, undefined);
  response.setHeader('content-disposition', 'attachment; filename="scenario.json"');
  answerText(response, 200, 'application/json; charset=utf-8', `${JSON.stringify(value, null, 2)}\n`);
}

/** What a bot folder is made of; nothing else is shown. */
const SHOWN = new Set(['.js', '.json', '.md', '.ts']);
/** A script of a bot is some kilobytes; this keeps a mistake from freezing the page. */
const MAX_BYTES = 512 * 1024;

/** A file of the bot folder to look at; `undefined` for anything outside of it, links included. */
export async function sourceFile(botFolder: string, file: string): Promise<SourceFile | undefined> {
  if (!SHOWN.has(extname(file).toLowerCase())) return undefined;
  try {
    const root = await realpath(botFolder);
    const path = await realpath(join(root, file));
    const inside = relative(root, path);
    if (inside.startsWith(`..${sep}`) || inside === '..' || inside.startsWith(sep)) return undefined;
    const { size, mtimeMs: changedAt } = await stat(path);
    if (size > MAX_BYTES) return undefined;
    return { file: inside.split(sep).join('/'), text: await readFile(path, 'utf8'), path, changedAt };
  } catch {
    return undefined;
  }
}
