/** What an author may say of a transfer that a script asks for: read once, checked, and only then requested. */
import type { GuestPlatform } from '../contract/guest-platform.ts';
import { describe } from '../contract/describe.guest.ts';
import type { Text } from '../contract/text.ts';

/** The same as `MAX_REASON_LENGTH` of the contract; a test holds them together. */
export const MAX_REASON = 500;

const { create, keys } = Object;
const { isArray } = Array;
const { call } = Function.prototype;
const includes = call.bind(String.prototype.includes) as (text: string, part: string) => boolean;
const trim = call.bind(String.prototype.trim) as (text: string) => string;
const isWellFormed = call.bind(
  (String.prototype as unknown as { isWellFormed: () => boolean }).isWellFormed,
) as unknown as (text: string) => boolean;

export type Wishes = { readonly [key: string]: string };

/** `{ reason }` of a call, without a prototype; without an argument there are none. Fails with the author's mistake. */
export function wishesOf(platform: GuestPlatform, method: string, given: unknown): Wishes {
  const wishes = create(null) as { [key: string]: string };
  if (given === undefined) return wishes;
  const wrong = (problem: Text): never =>
    platform.fail('transfer_argument_invalid', WISH_MESSAGES.transfer_argument_invalid({ method, problem }));
  if (typeof given !== 'object' || given === null || isArray(given)) {
    const got = describe(given);
    return wrong({
      en: `takes an object { reason }, got ${got.en}`,
      ru: `принимает объект { reason }, а получено: ${got.ru}`,
    });
  }
  const names = keys(given);
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index] as string;
    const value = (given as { readonly [key: string]: unknown })[name];
    if (value === undefined || value === null) continue;
    if (name !== 'reason') return wrong({ en: `knows only "reason"`, ru: 'знает только «reason»' });
    wishes[name] = textOf(name, value, wrong);
  }
  return wishes;
}

function textOf(name: string, value: unknown, wrong: (problem: Text) => never): string {
  if (typeof value !== 'string' || trim(value) === '') {
    const got = describe(value);
    return wrong({
      en: `"${name}" must be a text, got ${got.en}`,
      ru: `«${name}» должно быть текстом, а получено: ${got.ru}`,
    });
  }
  if (value.length > MAX_REASON || includes(value, '\u0000') || !isWellFormed(value)) {
    return wrong({
      en: `"${name}" must be at most ${MAX_REASON} characters, without NUL and half surrogate pairs`,
      ru: `«${name}» — не длиннее ${MAX_REASON} знаков, без знака NUL и половин суррогатных пар`,
    });
  }
  return value;
}

/** The texts of these errors. The catalogue of the plugin's errors (`plugin/errors.ts`) has them from here. */
export const WISH_MESSAGES = {
  transfer_argument_invalid: ({ method, problem }: { method: string; problem: Text }): Text => ({
    en: `${method}: ${problem.en}`,
    ru: `${method}: ${problem.ru}`,
  }),
} as const;
