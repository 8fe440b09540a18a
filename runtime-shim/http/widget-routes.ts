/** The interface of a chat on a site. A visitor is told by a token in a header, which holds on the pages of one origin only. */
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { issueWords } from '../../plugin/contract/issue-words.ts';
import type { LeadRef } from '../../plugin/contract/lead.ts';
import { textSchema } from '../../plugin/contract/message.ts';
import type { Channels } from '../channels/channels.ts';
import type { Visitor } from '../channels/widget/visitor-tokens.ts';
import type { VisitorAct, Widget } from '../channels/widget/widget.ts';
import type { BotRuntime, TranscriptMessage, TranscriptPage } from '../runtime/contract.ts';
import { answerError, answerJson, answerNotFound, answerUnread, type ErrorBody } from './answer.ts';
import { bearerOf } from './guard.ts';
import { afterOf, streamMessages, wantsStream } from './message-stream.ts';
import { peerAddress, type TrustedProxies } from './peer-address.ts';
import { type BodyBudget, jsonOf, takeBody } from './read-body.ts';
import type { HttpCall, MayAskFrom, Route } from './routes.ts';
import type { ServerPorts } from './server-ports.ts';
import { takeUpload } from './take-upload.ts';

/** Largest body: the longest text, in which each sign may take six bytes of JSON. */
const MAX_BODY_BYTES = 64 * 1024;
/** Longest text of a visitor, UTF-16 units. Our choice: several pages; the field on the page stops there. */
const MAX_TEXT = 10_000;
/** Files of one message. */
const MAX_FILES = 10;
/** What one answer without a stream holds. */
const PAGE: TranscriptPage = { maxLines: 200, maxSize: 512 * 1024 };

const sessionSchema = z.strictObject({
  /** The id of the site's signed-in user, and its signature (HMAC-SHA256 with the channel's `identitySecret`, hexadecimal). */
  user: textSchema.min(1).max(190).optional(),
  signature: z.string().max(128).optional(),
  name: textSchema.min(1).max(200).optional(),
});
const idSchema = z.string().regex(/^[\w-]{8,64}$/, 'must have 8 to 64 letters, digits, "_" and "-"');
const actSchema = z.union([
  z.strictObject({ id: idSchema, text: textSchema.min(1).max(MAX_TEXT) }),
  /** Files that were sent to `…/files` before. */
  z.strictObject({ id: idSchema, files: z.array(z.string().min(1).max(100)).min(1).max(MAX_FILES) }),
  z.strictObject({
    id: idSchema,
    press: z.strictObject({ seq: z.int().min(1).max(1e15), index: z.int().min(0).max(999) }),
  }),
]);
const readSchema = z.strictObject({ seq: z.int().min(0).max(1e15) });

const paramsSchema = z.object({ code: z.string() });
const lineSchema = z.object({
  seq: z.int(),
  from: z.enum(['lead', 'bot', 'operator', 'notice']),
  at: z.number(),
  id: z.string().optional(),
  text: z.string().optional(),
  operator: z.string().optional(),
  edits: z.string().optional(),
  buttons: z.array(z.array(z.object({ text: z.string(), data: z.string(), url: z.string().optional() }))).optional(),
  files: z
    .array(z.object({ type: z.string(), url: z.string(), name: z.string().optional(), size: z.number().optional() }))
    .optional(),
});
const stateSchema = z.object({
  mode: z.enum(['bot', 'waiting', 'operator']),
  operator: z.string().nullable(),
  read: z.int(),
  files: z.object({ maxBytes: z.int(), accept: z.array(z.string()) }).nullable(),
});

export interface WidgetRoutesOptions {
  readonly ports: ServerPorts;
  readonly bodies: BodyBudget;
  readonly trustedProxies: TrustedProxies;
  /** Where this server is reached from outside. */
  readonly publicUrl: string | undefined;
  /** Aborted when the server closes. */
  readonly closing: AbortSignal;
}

/** A visitor's request, looked at. */
interface VisitorCall extends HttpCall {
  readonly widget: Widget;
  readonly visitor: Visitor;
  readonly address: string | undefined;
}

export function widgetRoutes(options: WidgetRoutesOptions): Route[] {
  const { ports, bodies } = options;
  const common = {
    access: 'own',
    params: paramsSchema,
    corsOrigins: allowedOrigins(ports.channels),
  } as const;
  const refusals = {
    401: { description: 'no token, or one of another channel, another origin or another time' },
    403: { description: 'a page of an origin that the channel does not name' },
    429: { description: 'too much from this visitor or this address' },
  };
  return [
    {
      ...common,
      method: 'POST',
      path: '/widget/{code}/session',
      summary: 'A token for a visitor of a site, or one that goes on from the token that came with the request',
      body: sessionSchema,
      answers: {
        200: { description: 'it', schema: z.object({ token: z.string(), until: z.int(), lead: z.string() }) },
        ...refusals,
      },
      answer: (call) => answerSession(call, options),
    },
    {
      ...common,
      method: 'POST',
      path: '/widget/{code}/messages',
      summary: 'What a visitor says or presses; a repeated id is accepted and ignored',
      body: actSchema,
      answers: { 202: { description: 'stored', schema: z.object({ id: z.string() }) }, ...refusals },
      answer: (call) => ofVisitor(call, options, takeAct),
    },
    {
      ...common,
      method: 'POST',
      path: '/widget/{code}/files',
      summary: 'A file of a visitor, as it is: its name in x-file-name, percent-encoded',
      answers: {
        201: {
          description: 'it is there, to be named in a message',
          schema: z.object({ id: z.string(), type: z.string(), name: z.string(), size: z.int() }),
        },
        ...refusals,
      },
      answer: (call) => ofVisitor(call, options, takeFile),
    },
    {
      ...common,
      method: 'GET',
      path: '/widget/{code}/messages',
      summary: 'What a visitor sees behind a number; as server-sent events with Accept: text/event-stream',
      query: z.object({ after: z.string().optional(), unread: z.literal('1').optional() }),
      answers: {
        200: { description: 'in order', schema: z.object({ messages: z.array(lineSchema), state: stateSchema }) },
        ...refusals,
      },
      answer: (call) => ofVisitor(call, options, answerLines),
    },
    {
      ...common,
      method: 'POST',
      path: '/widget/{code}/read',
      summary: 'How far a visitor has read',
      body: readSchema,
      answers: { 200: { description: 'noted', schema: z.object({ read: z.int() }) }, ...refusals },
      answer: (call) =>
        ofVisitor(call, options, async (visit) => {
          const body = await bodyOf(visit, bodies, readSchema);
          if (body === undefined) return;
          await visit.widget.markRead(visit.visitor, body.seq);
          answerJson(visit.response, 200, { read: await visit.widget.readMark(visit.visitor) });
        }),
    },
  ];
}

function allowedOrigins(channels: Channels | undefined): MayAskFrom {
  return (origin, { code = '' }) => channels?.widget(code)?.driver.origins.includes(origin) === true;
}

const OWN = 'own';
const FOREIGN: ErrorBody = { code: 'foreign_origin', message: 'a page of this origin may not have this chat' };

/** From which page it comes, as a token has it; `undefined`: from one that may not. A program sends no `Origin`. */
function originOf({ headers }: IncomingMessage, { driver }: Widget, publicUrl: string | undefined): string | undefined {
  const { origin, host = '', 'sec-fetch-site': site = 'same-origin' } = headers;
  if (origin === undefined) return site === 'same-origin' || site === 'none' ? OWN : undefined;
  if (driver.origins.includes(origin)) return origin;
  const url = URL.parse(origin);
  // Behind a proxy the scheme that a browser used is not the one that is spoken here.
  return url !== null && (url.host === host || url.origin === URL.parse(publicUrl ?? '')?.origin) ? OWN : undefined;
}

function answerWait({ request, response }: Pick<HttpCall, 'request' | 'response'>, ms: number): void {
  response.setHeader('retry-after', String(Math.ceil(ms / 1_000)));
  answerUnread(request, response, 429, { code: 'rate_limited', message: 'too much at one time: try again later' });
}

/** Which chat is meant, and from which page; `undefined`: there is none, or not for this page, and that is answered. */
function placeOf(
  { request, response, params }: HttpCall,
  { ports, publicUrl }: WidgetRoutesOptions,
): { readonly widget: Widget; readonly origin: string } | undefined {
  const widget = ports.channels?.widget(params['code'] ?? '');
  const origin = widget === undefined ? undefined : originOf(request, widget, publicUrl);
  if (widget === undefined) answerNotFound(response);
  else if (origin === undefined) answerError(response, 403, FOREIGN);
  else return { widget, origin };
  return undefined;
}

async function answerSession(call: HttpCall, options: WidgetRoutesOptions): Promise<void> {
  const { bodies, trustedProxies } = options;
  const { request, response } = call;
  const place = placeOf(call, options);
  if (place === undefined) return;
  const { widget, origin } = place;
  const body = await bodyOf(call, bodies, sessionSchema);
  if (body === undefined) return;
  const tokens = await widget.tokens();
  const { user, signature = '', name } = body;
  const shown = tokens.read(bearerOf(request) ?? '', widget.now());
  const before = shown?.origin === origin ? shown : undefined;
  const named = user === undefined ? undefined : tokens.user(origin, user, signature, name);
  if (user !== undefined && named === undefined) {
    const message = 'the signature of the user is not that of the site (identitySecret)';
    return answerError(response, 403, { code: 'identity_wrong', message });
  }
  const isNew = before === undefined || (named !== undefined && named.lead !== before.lead);
  const wait = isNew ? widget.newVisitorWait(peerAddress(request, trustedProxies)) : 0;
  if (wait > 0) return answerWait(call, wait);
  const visitor =
    named ??
    (before === undefined ? tokens.stranger(origin, name) : { ...before, ...(name === undefined ? {} : { name }) });
  answerJson(response, 200, { ...tokens.make(visitor, widget.now()), lead: visitor.lead });
}

/** Looks at who asks before anything of the request is read. */
async function ofVisitor(
  call: HttpCall,
  options: WidgetRoutesOptions,
  answer: (call: VisitorCall, options: WidgetRoutesOptions) => void | Promise<void>,
): Promise<void> {
  const { request, response } = call;
  const place = placeOf(call, options);
  if (place === undefined) return;
  const { widget, origin } = place;
  const visitor = (await widget.tokens()).read(bearerOf(request) ?? '', widget.now());
  if (visitor?.origin !== origin) {
    const message = 'the token holds no longer, or not here';
    return answerUnread(request, response, 401, { code: 'unauthorised', message });
  }
  const address = peerAddress(request, options.trustedProxies);
  await answer({ ...call, widget, visitor, address }, options);
}

async function takeAct(call: VisitorCall, { bodies, ports }: WidgetRoutesOptions): Promise<void> {
  const { response, widget, visitor, address } = call;
  const wait = widget.messageWait(visitor, address);
  if (wait > 0) return answerWait(call, wait);
  const said = await bodyOf(call, bodies, actSchema);
  if (said === undefined) return;
  const act = 'files' in said ? await withFiles(said, widget.leadOf(visitor), ports.channels) : said;
  if (act === undefined) {
    const message = "a file is not there, no longer, or another visitor's";
    return answerError(response, 400, { code: 'message_invalid', message, problems: [message] });
  }
  await widget.take(visitor, act);
  answerJson(response, 202, { id: act.id });
}

/** The files of a message; `undefined`: one of them is none of this visitor. */
async function withFiles(
  { id, files }: { readonly id: string; readonly files: readonly string[] },
  lead: LeadRef,
  channels: Channels | undefined,
): Promise<VisitorAct | undefined> {
  const found = await Promise.all(files.map(async (file) => channels?.uploads?.find(lead, file)));
  const there = found.filter((file) => file !== undefined);
  return there.length < files.length ? undefined : { id, text: '', files: there };
}

async function takeFile(call: VisitorCall, { ports }: WidgetRoutesOptions): Promise<void> {
  const { request, response, widget, visitor, address } = call;
  const uploads = ports.channels?.uploads;
  if (uploads === undefined) return answerNotFound(response);
  const wait = widget.messageWait(visitor, address);
  if (wait > 0) return answerWait(call, wait);
  const from = await widget.markOf(address);
  await takeUpload({ request, response, uploads, lead: widget.leadOf(visitor), from });
}

async function answerLines(call: VisitorCall, { ports, closing }: WidgetRoutesOptions): Promise<void> {
  const { request, response, query, widget, visitor, address } = call;
  const bot = ports.runtime.bots.find(({ botId }) => botId === widget.botId);
  if (bot === undefined) return answerNotFound(response);
  const after = query.get('unread') === '1' ? await widget.readMark(visitor) : afterOf(request, query);
  const { channel, externalId } = widget.leadOf(visitor);
  const read = (seq: number, page?: TranscriptPage): Promise<TranscriptMessage[]> =>
    bot.messages(channel, externalId, seq, page);
  const { channels } = ports;
  const state = (): Promise<unknown> => stateOf(bot, widget, visitor, channels);
  if (!wantsStream(request)) {
    const lines = await read(after, PAGE);
    const messages = await Promise.all(lines.map((line) => shownLine(line, channels)));
    return answerJson(response, 200, { messages, state: await state() });
  }
  const close = widget.openStream(visitor, address);
  if (close === undefined) return answerWait(call, 60_000);
  const shown = (line: TranscriptMessage): Promise<unknown> => shownLine(line, channels);
  try {
    const stream = { ports, botId: bot.botId, closing, read, after, channel, externalId, shown, state };
    await streamMessages(response, stream);
  } finally {
    close();
  }
}

/** Who answers the visitor now, and how far it has read. */
async function stateOf(
  bot: BotRuntime,
  widget: Widget,
  visitor: Visitor,
  channels: Channels | undefined,
): Promise<z.infer<typeof stateSchema>> {
  const { channel, externalId } = widget.leadOf(visitor);
  const [view, read] = await Promise.all([bot.lead(channel, externalId), widget.readMark(visitor)]);
  const { mode = 'bot', operator = null } = view?.dialog ?? {};
  const { uploads } = channels ?? {};
  const files = uploads === undefined ? null : { maxBytes: uploads.maxBytes, accept: [...uploads.accept] };
  return { mode: mode === 'transferring' ? 'waiting' : mode, operator: operator?.name ?? null, read, files };
}

/** What a visitor may see of a line. Files come from this server, wherever they lie. */
async function shownLine(line: TranscriptMessage, channels: Channels | undefined): Promise<z.infer<typeof lineSchema>> {
  const { seq, from, at, id, text, operator, edits, buttons, attachments } = line;
  const files = await Promise.all(
    (attachments ?? []).map(async (file) => ({ ...file, url: (await channels?.shown(file))?.path ?? file.url })),
  );
  return {
    seq,
    from,
    at,
    ...(id === undefined ? {} : { id }),
    ...(text === undefined ? {} : { text }),
    ...(operator === undefined ? {} : { operator }),
    ...(edits === undefined ? {} : { edits }),
    ...(buttons === undefined ? {} : { buttons: buttons.map((row) => row.map(shownButton)) }),
    ...(files.length === 0 ? {} : { files }),
  };
}

type Button = NonNullable<TranscriptMessage['buttons']>[number][number];

function shownButton({ text, callback_data: data, url, web_app: app }: Button): {
  readonly text: string;
  readonly data: string;
  readonly url?: string;
} {
  const link = url ?? app?.url;
  return { text, data, ...(link === undefined ? {} : { url: link }) };
}

/** The body in its shape; `undefined`: it has not, and its sender is told. */
async function bodyOf<Body>(
  { request, response }: HttpCall,
  bodies: BodyBudget,
  schema: z.ZodType<Body>,
): Promise<Body | undefined> {
  const tooLarge = { code: 'too_large', message: `a request has at most ${MAX_BODY_BYTES} bytes` };
  const bytes = await takeBody(request, response, { maxBytes: MAX_BODY_BYTES, bodies, tooLarge });
  if (bytes === undefined) return undefined;
  const json = bytes.length === 0 ? ({ ok: true, value: {} } as const) : jsonOf(bytes);
  const parsed = json.ok ? schema.safeParse(json.value) : undefined;
  if (parsed?.success === true) return parsed.data;
  const problems = json.ok
    ? (parsed?.error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issueWords(issue).en}`)
    : [`the body is ${json.problem}`];
  answerError(response, 400, { code: 'message_invalid', message: problems.join('; '), problems });
  return undefined;
}
