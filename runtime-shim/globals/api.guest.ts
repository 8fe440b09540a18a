import type { Text } from '../../plugin/contract/text.ts';
import { describe } from '../../plugin/contract/describe.guest.ts';
import type { Json } from '../../plugin/contract/guest-platform.ts';
import { refuse, takes, wellFormed } from './arguments.guest.ts';
import {
  contains,
  type Dict,
  dict,
  isArray,
  isFinite,
  keysOf,
  lowerCase,
  ordinary,
  parseJson,
  testRegExp,
  toJson,
  toText,
} from './intrinsics.guest.ts';
import { callHost } from './plugin-platform.guest.ts';
import { enter, type HostReference, type RunState, tooOften } from './run-state.guest.ts';

/** What this file puts into scope. */
export const names = ['api'] as const;

/** Requests of one run. Our choice: a script asks two or three servers. */
const MAX_REQUESTS = 20;
/** Headers of one request, and characters of one. Our choice: servers take about as much. */
const MAX_HEADERS = 50;
const MAX_HEADER_CHARS = 8_000;
/** A token (RFC 9110, 5.6.2). */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** No line break, by which a header would begin another one, and nothing that is not of the wire's one byte a character. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Of one connection (RFC 9110, 7.6.1), or the platform's to say. */
const OWN_HEADERS =
  ' connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding upgrade host content-length expect accept-encoding ';

const ADDRESS: Text = {
  en: 'an address such as "https://crm.example.com/orders"',
  ru: 'адрес вроде "https://crm.example.com/orders"',
};
const HEADERS: Text = {
  en: 'an object { "Name": "value" } or its JSON text',
  ru: 'объект { "Имя": "значение" } или его текст JSON',
};

/** The global `api`: HTTP requests, synchronous for the script. */
export function factory(state: RunState, host: HostReference): { api: Record<string, unknown> } {
  let headers: Dict<string> = dict();
  let code = 0;
  let problem: string | null = null;
  let requests = 0;
  const send = (call: string, method: string, url: unknown, body: unknown): unknown => {
    enter(state);
    if (typeof url !== 'string' || url === '') return refuse(takes(call, ADDRESS, url));
    const text = wellFormed(call, url);
    const sent = body === undefined ? null : bodyText(call, body, state);
    requests += 1;
    if (requests > MAX_REQUESTS) return tooOften(MAX_REQUESTS, { en: 'requests', ru: 'запросов' });
    code = 0;
    problem = null;
    const request = { __proto__: null, method, url: text, headers, body: sent } as unknown as Json;
    const answer = callHost(state, host, 'metabot24', 'http', request) as unknown as Answer;
    code = answer.code;
    problem = answer.error;
    return answer.body === null ? null : parsed(answer.body);
  };
  return {
    api: ordinary<Record<string, unknown>>({
      __proto__: null,
      getJson: (url: unknown) => send('api.getJson', 'GET', url, undefined),
      postJson: (url: unknown, body: unknown) => send('api.postJson', 'POST', url, body),
      putJson: (url: unknown, body: unknown) => send('api.putJson', 'PUT', url, body),
      patchJson: (url: unknown, body: unknown) => send('api.patchJson', 'PATCH', url, body),
      deleteJson: (url: unknown, body: unknown) => send('api.deleteJson', 'DELETE', url, body),
      setHeaders(given: unknown) {
        enter(state);
        headers = headersOf(given, (name) =>
          host.applyIgnored(undefined, [
            'log',
            'warn',
            `api.setHeaders: "${name}" is the platform's own and is not sent`,
          ]),
        );
      },
      getLastResponseCode: () => code,
      getLastError: () => problem,
    }),
  };
}

interface Answer {
  readonly code: number;
  readonly body: string | null;
  readonly error: string | null;
}

/** A body that is not JSON is the script's as it came. */
function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

/** JSON text as it stands, anything else as JSON. */
function bodyText(call: string, body: unknown, state: RunState): string {
  if (typeof body === 'string') {
    const text = wellFormed(call, body);
    try {
      parseJson(text);
      return text;
    } catch {
      return toJson(text) as string;
    }
  }
  let text: string | undefined;
  try {
    text = toJson(body);
  } catch (error) {
    // The script's own `toJSON` and getters run here.
    if (state.stopped) throw error;
    return refuse({
      en: `${call}: the body cannot be written as JSON: it holds itself, or what JSON has not, such as a BigInt`,
      ru: `${call}: из тела не сделать JSON: оно содержит само себя или то, чего в JSON нет, например BigInt`,
    });
  }
  if (text !== undefined) return text;
  const got = describe(body);
  return refuse({
    en: `${call}: the body cannot be written as JSON, got ${got.en}`,
    ru: `${call}: из тела не сделать JSON, получено: ${got.ru}`,
  });
}

/** A JSON text, an object, or `null` for none. They take the place of those before. */
function headersOf(given: unknown, skip: (name: string) => void): Dict<string> {
  const headers = dict<string>();
  if (given === null) return headers;
  const source = typeof given === 'string' ? parsed(given) : given;
  if (typeof source !== 'object' || source === null || isArray(source)) {
    return refuse(takes('api.setHeaders', HEADERS, given));
  }
  const names = keysOf(source);
  if (names.length > MAX_HEADERS) {
    return refuse({
      en: `api.setHeaders takes at most ${MAX_HEADERS} headers`,
      ru: `api.setHeaders принимает не больше ${MAX_HEADERS} заголовков`,
    });
  }
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index] as string;
    if (!testRegExp(HEADER_NAME, name)) {
      return refuse({
        en: `api.setHeaders: "${name}" cannot be the name of a header`,
        ru: `api.setHeaders: "${name}" не может быть именем заголовка`,
      });
    }
    const value = headerValue(name, (source as Record<string, unknown>)[name]);
    const key = lowerCase(name);
    if (contains(OWN_HEADERS, ` ${key} `)) skip(name);
    else headers[key] = value;
  }
  return headers;
}

function headerValue(name: string, value: unknown): string {
  if (typeof value === 'string') {
    if (value.length > MAX_HEADER_CHARS) {
      return refuse({
        en: `api.setHeaders: the value of "${name}" is longer than ${MAX_HEADER_CHARS} characters`,
        ru: `api.setHeaders: значение "${name}" длиннее ${MAX_HEADER_CHARS} знаков`,
      });
    }
    if (testRegExp(HEADER_VALUE, value)) return value;
    return refuse({
      en: `api.setHeaders: the value of "${name}" holds a line break or a character beyond Latin-1, which no header may have; encode it first`,
      ru: `api.setHeaders: в значении "${name}" конец строки или знак не из Latin-1, а в заголовке их быть не может; сначала закодируйте`,
    });
  }
  if (typeof value === 'boolean' || (typeof value === 'number' && isFinite(value))) return toText(value);
  const got = describe(value);
  return refuse({
    en: `api.setHeaders: the value of "${name}" must be a string, a number, true or false, got ${got.en}`,
    ru: `api.setHeaders: значение "${name}" должно быть строкой, числом, true или false, а получено: ${got.ru}`,
  });
}
