/**
 * A messenger that is not built in, against the exported contract: Viber. What it needs beside this file stands in `docs/channels.md`.
 *
 *     createRuntime({ bot, http: { port, publicUrl }, channels: { viber: { driver: viberDriver({ token, name: 'Магазин' }) } } })
 *
 * It is tested against a server of our own only: there is no Viber to try, and no stand-in for it.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ChannelDriver, InboundItem, Inspection, Part, PartButton, SendOutcome } from 'metabot24-livetex/runtime';

const MB = 1024 * 1024;
const ANSWER_MS = 30_000;
/** A press is a message with the button's data as its text: only what stands for a place in the dialog can be told from what was typed. */
const PLACE = /^~\d{1,15}:\d{1,3}$/;
/** Viber's words for how a request ended (developers.viber.com/docs/api/rest-bot-api, "Error Codes"). */
const STATUS = { ok: 0, wrongToken: 2, badData: 3, notRegistered: 5, notSubscribed: 6, tooMany: 12 };

export interface ViberOptions {
  readonly token: string;
  /** Whom people see as the sender. */
  readonly name: string;
  readonly baseUrl?: string;
}

interface Answer {
  readonly status: number;
  readonly status_message?: string;
  readonly name?: string;
  readonly id?: string;
  readonly webhook?: string;
}

export function viberDriver({ token, name, baseUrl = 'https://chatapi.viber.com/pa' }: ViberOptions): ChannelDriver {
  /** `undefined`: no answer of Viber came, and it may have done what it was asked. */
  async function call(method: string, body: object, signal: AbortSignal): Promise<Answer | undefined> {
    try {
      const answer = await fetch(`${baseUrl}/${method}`, {
        method: 'POST',
        headers: { 'x-viber-auth-token': token, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
      });
      return (await answer.json()) as Answer;
    } catch {
      signal.throwIfAborted();
      return undefined;
    }
  }

  async function need(method: string, body: object, signal: AbortSignal): Promise<Answer> {
    const answer = await call(method, body, signal);
    if (answer?.status === STATUS.ok) return answer;
    throw new Error(`viber did not do ${method}: ${answer?.status_message ?? 'no answer'}`);
  }

  return {
    kind: 'viber',
    mode: 'webhook',
    // A token says nothing of its bot.
    account: createHmac('sha256', token).update('account').digest('hex').slice(0, 16),
    traits: {
      textUnits: 7_000,
      captionUnits: 512,
      buttons: { perRow: 6, rows: 12, all: 72, captionUnits: 250, dataBytes: 250, under: [] },
      // It fetches by a link only, and wants to be told the size of everything but pictures.
      linkBytes: { image: MB, video: 26 * MB, audio: 50 * MB, file: 50 * MB },
      uploadBytes: { image: 0, video: 0, audio: 0, file: 0 },
    },

    receive(bytes, headers, now) {
      const right = createHmac('sha256', token).update(bytes).digest();
      const given = Buffer.from(String(headers['x-viber-content-signature'] ?? ''), 'hex');
      if (given.length !== right.length || !timingSafeEqual(given, right)) {
        return { answer: { status: 403, body: '' }, items: [] };
      }
      return { answer: { status: 200, body: '' }, items: readEvent(Buffer.from(bytes).toString(), now) };
    },

    async send(lead, part, { signal }) {
      const message = messageOf(part);
      if (message === undefined) return { is: 'not_shown', because: 'file', why: 'Viber wants to be told its size' };
      const body = { receiver: lead, min_api_version: 7, sender: { name }, ...message, ...keyboardOf(part.buttons) };
      return outcomeOf(await call('send_message', body, signal), part);
    },

    async register(url, signal) {
      const events = ['subscribed', 'unsubscribed', 'conversation_started'];
      await need('set_webhook', url === null ? { url: '' } : { url, event_types: events, send_name: true }, signal);
    },

    async inspect(url, signal): Promise<Inspection> {
      const { name: account = 'viber', webhook = '' } = await need('get_account_info', {}, signal);
      const isRight = webhook === (url ?? '');
      const problem = 'Viber posts somewhere else';
      const advice = 'metabot-livetex channel set puts it right';
      const ru = { problem: 'Viber шлёт на другой адрес', advice: 'исправит metabot-livetex channel set' };
      const check = isRight ? { name: 'webhook', ok: true } : { name: 'webhook', ok: false, problem, advice, ru };
      return { account, registered: webhook === '' ? null : webhook, checks: [{ name: 'token', ok: true }, check] };
    },

    async close() {},
  };
}

interface Event {
  readonly event?: unknown;
  readonly timestamp?: unknown;
  readonly message_token?: unknown;
  readonly user_id?: unknown;
  readonly sender?: { readonly id?: unknown; readonly name?: unknown };
  readonly user?: { readonly id?: unknown; readonly name?: unknown };
  readonly message?: { readonly type?: unknown; readonly text?: unknown };
}

/** Never throws: what is not understood is an item, too, so that it is kept and comes only once. */
function readEvent(text: string, now: number): InboundItem[] {
  const event = objectOf(text);
  const id = typeof event.message_token === 'number' ? String(event.message_token) : text.slice(0, 64);
  const at = typeof event.timestamp === 'number' ? event.timestamp : now;
  const who = event.sender?.id ?? event.user?.id ?? event.user_id;
  const called = event.sender?.name ?? event.user?.name;
  const from = { id: String(who), ...(typeof called === 'string' ? { name: called } : {}) };
  const unknown: InboundItem = { kind: 'unknown', id, at, what: String(event.event ?? 'no event').slice(0, 100), raw: text };
  if (typeof who !== 'string') return [unknown];
  if (event.event === 'unsubscribed') return [{ kind: 'blocked', id, at, from }];
  if (event.event === 'subscribed' || event.event === 'conversation_started') return [{ kind: 'unblocked', id, at, from }];
  const said = event.message?.text;
  if (event.event !== 'message' || typeof said !== 'string' || said === '') return [{ ...unknown, from }];
  if (PLACE.test(said)) return [{ kind: 'press', id, at, from, message: said, data: said, press: '' }];
  return [{ kind: 'message', id, at, from, message: id, text: said }];
}

function objectOf(text: string): Event {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** `undefined`: Viber does not take it so. */
function messageOf({ text = '', file }: Part): object | undefined {
  if (file === undefined) return { type: 'text', text };
  const { type, url, name = 'file', size } = file;
  if (type === 'image') return { type: 'picture', media: url, text };
  if (size === undefined || text !== '') return undefined;
  return type === 'video' ? { type: 'video', media: url, size } : { type: 'file', media: url, size, file_name: name };
}

function keyboardOf(rows: ReadonlyArray<readonly PartButton[]> | undefined): object {
  if (rows === undefined) return {};
  const buttons = rows.flatMap((row) =>
    row.map(({ text, data, url }) => ({
      ActionType: url === undefined ? 'reply' : 'open-url',
      ActionBody: url ?? data,
      Text: text,
      Columns: Math.floor(6 / row.length),
      Rows: 1,
    })),
  );
  return { keyboard: { Type: 'keyboard', Buttons: buttons } };
}

function outcomeOf(answer: Answer | undefined, { file }: Part): SendOutcome {
  if (answer === undefined) return { is: 'unknown', why: 'no answer of Viber' };
  const { status, status_message: why = `status ${status}` } = answer;
  if (status === STATUS.ok) return { is: 'done' };
  if (status === STATUS.wrongToken) return { is: 'not_authorised', why };
  if (status === STATUS.notRegistered || status === STATUS.notSubscribed) return { is: 'refused', why };
  // A hundred messages to one person without a word of theirs within an hour.
  if (status === STATUS.tooMany) return { is: 'later', forMs: 600_000, scope: 'lead', why };
  if (status === STATUS.badData) return { is: 'not_shown', because: file === undefined ? 'other' : 'file', why };
  return { is: 'unknown', why };
}
