/**
 * `POST /maintenance` of a running server, and how a command finds it: a file in the data folder, readable by the folder's
 * owner only. It names the address and a token made anew at each start, so that whoever may read the data may ask, and
 * nobody else.
 */
import { randomBytes } from 'node:crypto';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { codeOf } from '../../../plugin/contract/coded-error.ts';
import { answerBusy, answerError, answerJson, answerUnread } from '../../http/answer.ts';
import { hasToken } from '../../http/guard.ts';
import { BodyBudget, readBody } from '../../http/read-body.ts';
import type { HttpCall, Route } from '../../http/routes.ts';
import { answerRequest, type Maintenance, requestSchema } from './maintenance.ts';

const PATH = '/maintenance';
const CONTROL_FILE = 'control.json';
/** Read and write for the owner alone. */
const OWNER_ONLY = 0o600;
/** 32 random bytes cannot be guessed. */
const TOKEN_BYTES = 32;
/** A request is a few words. */
const MAX_REQUEST_BYTES = 16 * 1_024;
/** Memory for the requests that are being read. Only whoever has the token gets any of it. */
const MAX_REQUESTS_BYTES = 64 * MAX_REQUEST_BYTES;

const controlSchema = z.object({ url: z.url(), token: z.string().min(1) });
export type ControlAddress = z.infer<typeof controlSchema>;

export function newControlToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** The route. `maintenance` is asked for with the first request: the server begins to listen before all of it stands. */
export function maintenanceRoute(token: string, maintenance: (bot: string | undefined) => Maintenance): Route {
  const bodies = new BodyBudget(MAX_REQUESTS_BYTES);
  return {
    method: 'POST',
    path: PATH,
    // The token is this route's own: `http.apiToken` opens dialogs to channels, not the outbox.
    access: 'own',
    internal: true,
    summary: 'What the commands "outbox", "dialog", "lead" and "doctor" ask',
    body: requestSchema,
    answers: { 200: { description: 'the answer', schema: z.object({ answer: z.unknown() }) } },
    answer: async (call) => {
      if (hasToken(call, token)) await answerMaintenance(call, bodies, maintenance);
    },
  };
}

async function answerMaintenance(
  { request, response }: HttpCall,
  bodies: BodyBudget,
  maintenance: (bot: string | undefined) => Maintenance,
): Promise<void> {
  const body = await readBody(request, MAX_REQUEST_BYTES, bodies);
  if (!body.ok) {
    if (body.reason === 'cut off') return;
    if (body.reason === 'busy') return answerBusy(request, response);
    const message = `a maintenance request has at most ${MAX_REQUEST_BYTES} bytes`;
    return answerUnread(request, response, 413, { code: 'too_large', message });
  }
  const parsed = requestSchema.safeParse(jsonOf(body.bytes));
  if (!parsed.success) {
    const message = 'this server does not know such a maintenance request: use the command of the same version';
    return answerError(response, 400, { code: 'bad_request', message });
  }
  answerJson(response, 200, { answer: await answerRequest(maintenance, parsed.data) });
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
  } catch {
    // Not JSON: then it is no request either.
    return undefined;
  }
}

/** Tells commands where to ask. `url` is the server's own, which may stand for all addresses of this machine. */
export async function writeControlFile(folder: string, server: { url: string; token: string }): Promise<void> {
  const url = new URL(PATH, server.url);
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  if (url.hostname === '[::]') url.hostname = '[::1]';
  const address: ControlAddress = { url: url.href, token: server.token };
  const path = join(folder, CONTROL_FILE);
  await writeFile(path, JSON.stringify(address), { mode: OWNER_ONLY });
  // `mode` counts only for a new file; one of an earlier process may have been opened up.
  await chmod(path, OWNER_ONLY);
}

/** `undefined` when there is none, or none that is understood. */
export async function readControlFile(folder: string): Promise<ControlAddress | undefined> {
  try {
    const parsed = controlSchema.safeParse(JSON.parse(await readFile(join(folder, CONTROL_FILE), 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export async function removeControlFile(folder: string): Promise<void> {
  await rm(join(folder, CONTROL_FILE), { force: true });
}
