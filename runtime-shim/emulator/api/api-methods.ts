/** One function per method of the Messaging API: a checked body in, the answer's fields beside `success` out. */
import type { z } from 'zod';
import { isLoopbackHost } from '../../../plugin/contract/binding-config.ts';
import { type ApiVersion, type LiveTexMethod, requestSchemas } from '../../../plugin/contract/livetex-api.ts';
import { webhookEventSchemas } from '../../../plugin/contract/livetex-webhook.ts';
import { historyPage } from '../conversation.ts';
import { problemsOf } from '../../../plugin/contract/parse-tolerantly.ts';
import type { TouchPoint } from '../touch-point.ts';

/** LiveTex's own error messages and codes (documentation, "Errors"): HTTP status, `error_code`, `error_message`. */
export const REFUSALS = {
  keyMissing: { status: 400, code: 1, message: 'Authentication key is not specified' },
  keyWrong: { status: 401, code: 2, message: 'Authentication key is not valid' },
  bodyEmpty: { status: 400, code: 3, message: 'Empty body' },
  bodyWrong: { status: 400, code: 4, message: 'Wrong JSON format' },
  urlWrong: { status: 400, code: 5, message: 'URL [..] is not valid' },
  unsupported: { status: 404, code: 6, message: 'Unsupported HTTP request' },
  internal: { status: 500, code: 7, message: 'Internal server error' },
  forbidden: { status: 403, code: 8, message: 'Forbidden method for your account' },
  invalid: { status: 400, code: 9, message: 'Invalid data' },
  /** Not documented as a status: LiveTex asks for `Content-Length`, so a chunked body is not read. */
  lengthMissing: { status: 411, code: 3, message: 'Empty body: send Content-Length, chunked bodies are not read' },
  /** Not documented: the size limit is the emulator's own. */
  bodyTooLarge: { status: 413, code: 9, message: 'Invalid data: the body is larger than 1 MiB' },
  /** Not documented: the emulator listens for this machine only. */
  hostForeign: { status: 403, code: 8, message: 'Host must be a loopback address' },
} as const;

/** What goes back over HTTP. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Ends the handling of a request with one of LiveTex's errors. Never leaves the emulator. */
export class ApiRefusal extends Error {
  readonly answer: ApiAnswer;

  constructor(row: (typeof REFUSALS)[keyof typeof REFUSALS], message: string = row.message) {
    super(message);
    this.answer = failureAnswer(row.status, row.code, message);
  }
}

/** The shape of every failed answer. */
export function failureAnswer(status: number, code: number, message: string): ApiAnswer {
  return { status, body: { success: false, error_code: code, error_message: message } };
}

/** What a webhook gets that was set without a choice. */
const ALL_EVENTS = Object.keys(webhookEventSchemas);

type Handler = (point: TouchPoint, version: ApiVersion, body: unknown) => Record<string, unknown>;

export const API_METHODS: Record<LiveTexMethod, Handler> = {
  getDestinations: (point, version) => ({
    destinations: point.staff.groups().map((group) => point.staff.destination(version, group)),
  }),

  selectDestination(point, _version, body) {
    const request = checked(requestSchemas.selectDestination, body);
    if (!point.staff.group(request.destination_id))
      throw invalid(`destination_id: there is no group "${request.destination_id}"`);
    point.person.select(request);
    return {};
  },

  sendText(point, _version, body) {
    const { user_id: userId, text } = checked(requestSchemas.sendText, body);
    const longest = point.options.maxTextLength;
    // A code point takes one or two units: counting is needed only in between.
    if (text.length > longest && Array.from(text).length > longest)
      throw invalid(`text: longer than ${longest} characters`);
    const { id, at } = point.person.message(userId, { text });
    return { message_id: id, timestamp: at };
  },

  sendFile(point, _version, body) {
    const { user_id: userId, url, file_name: name, size, comment } = checked(requestSchemas.sendFile, body);
    // LiveTex downloads or links it.
    if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) throw invalid('url: must be an http or https address');
    const file = {
      url,
      ...(name !== undefined && { name }),
      ...(size !== undefined && { size }),
      ...(comment !== undefined && { comment }),
    };
    const { id, at } = point.person.message(userId, { file });
    return { message_id: id, timestamp: at };
  },

  setWebhook(point, version, body) {
    const request = checked(requestSchemas.setWebhook, body);
    if (request.url === '') {
      point.webhooks.unset();
      return {};
    }
    const problem = webhookUrlProblem(request.url);
    if (problem) throw new ApiRefusal(REFUSALS.urlWrong, `URL [${request.url}] is not valid: ${problem}`);
    const eventTypes = request.webhook_event_types;
    if (eventTypes && version === '1.0') throw invalid('webhook_event_types: exists from version 1.1 on');
    const unknown = eventTypes?.find((type) => !Object.hasOwn(webhookEventSchemas, type));
    if (unknown !== undefined) throw invalid(`webhook_event_types: there is no type "${unknown}"`);
    const { url, webhook_key: key } = request;
    point.webhooks.set({ url, key, version, ...(eventTypes && { eventTypes }) });
    return {};
  },

  getWebhookSettings(point, version) {
    const { url, eventTypes = ALL_EVENTS } = point.webhooks.settings;
    return { url, ...(version !== '1.0' && { webhook_event_types: eventTypes }) };
  },

  getCurrentDestination(point, version, body) {
    const { user_id: userId } = checked(requestSchemas.getCurrentDestination, body);
    const groupId = point.conversations.find(userId)?.groupId;
    const group = groupId == null ? undefined : point.staff.group(groupId);
    return group ? { destination: point.staff.destination(version, group) } : {};
  },

  getHistory(point, version, body) {
    const request = checked(requestSchemas.getHistory, body);
    const messages = historyPage(version, point.conversations.find(request.user_id)?.history ?? [], request);
    if (!messages) throw invalid(`message_id: there is no message "${request.message_id}"`);
    return { messages };
  },
};

function checked<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw invalid(problemsOf(parsed.error, '').join('; '));
}

function invalid(detail: string): ApiRefusal {
  return new ApiRefusal(REFUSALS.invalid, `${REFUSALS.invalid.message}: ${detail}`);
}

/**
 * What is wrong with a webhook's URL, in LiveTex's terms; `undefined`: nothing. LiveTex takes HTTPS only. The emulator
 * also takes plain HTTP to this very machine, where tests and the simulator listen.
 */
export function webhookUrlProblem(value: string): string | undefined {
  const url = URL.parse(value);
  if (!url) return 'not a URL';
  if (url.username || url.password) return 'must not carry a user name or password';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol !== 'http:') return 'must be HTTPS';
  return isLoopbackHost(url.hostname) ? undefined : 'must be HTTPS (plain HTTP is taken for loopback addresses only)';
}
