/** What stands in a text where a secret was. */
export const REDACTED = '[hidden]';

/** Takes a binding's secrets out of whatever leaves the client. */
export interface Redactor {
  /** The text without the secrets, in whatever encoding they came. */
  text(value: string): string;
  /** The JSON value without the secrets; the value itself when there are none in it. `source` is its JSON text. */
  json(value: unknown, source: string): unknown;
}

/**
 * LiveTex gets the token in the query string, so any server on the way may echo it: raw, percent-encoded (once or
 * more often), JSON-escaped, or as HTML entities in an error page. Each character is matched in all of these forms.
 */
export function createRedactor(secrets: readonly string[]): Redactor {
  const found = secrets.filter((secret) => secret !== '');
  const pattern = new RegExp(found.map((secret) => Array.from(secret, anyForm).join('')).join('|'), 'g');
  const text = (value: string): string =>
    found.length > 0 && mayHold(value, found) ? value.replaceAll(pattern, REDACTED) : value;
  return { text, json: (value, source) => (mayHold(source, found) ? mapStrings(value, text) : value) };
}

/** A cheap look before the slow search, which would cost more than the request's own JSON: an encoded form needs one of these signs. */
function mayHold(value: string, secrets: readonly string[]): boolean {
  return secrets.some((secret) => value.includes(secret)) || /[%&\\]/.test(value);
}

const HTML_NAMES: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };

function anyForm(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16).padStart(2, '0');
  const anyCase = hex.replaceAll(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
  const name = HTML_NAMES[character];
  const forms = [
    String.raw`\\{0,3}` + character.replace(/[^A-Za-z0-9]/, String.raw`\$&`),
    `%(?:25)*${anyCase}`,
    String.raw`\\{1,3}u00${anyCase}`,
    `&#(?:[xX]0*${anyCase}|0*${code});`,
    ...(name === undefined ? [] : [`&${name};`]),
  ];
  // The raw `&` or `%` comes last: it is also how the longer forms begin.
  return `(?:${forms.toReversed().join('|')})`;
}

function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [change(key), mapStrings(item, change)]));
}
