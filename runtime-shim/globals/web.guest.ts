import { refuse, takes } from './arguments.guest.ts';
import { fail } from './fail.guest.ts';
import { defineHidden } from './global-scope.guest.ts';
import {
  add,
  apply,
  charCodeAt,
  contains,
  dict,
  fromCharCode,
  FunctionType,
  getPrototypeOf,
  globalObject,
  indexOf,
  type List,
  list,
  setPrototypeOf,
  slice,
  toText,
  typedArrayLength,
  typedArrayType,
} from './intrinsics.guest.ts';
import { enter, type HostReference, type RunState } from './run-state.guest.ts';

/** Most bytes of one `crypto.getRandomValues`, as the standard has it (https://w3c.github.io/webcrypto/#Crypto-method-getRandomValues). */
const MAX_RANDOM_BYTES_PER_CALL = 65_536;
/** Bytes asked for at a time: enough for 32 identifiers, so that the runner is seldom asked. */
const RANDOM_POOL_BYTES = 512;

/** What a script finds of a browser's globals, and libraries count on. The large part of it is loaded when it is first used. */
export function installWebGlobals(state: RunState, host: HostReference): void {
  let loader: PartLoader | undefined;
  const web = (): WebPart => {
    const part = (loader ??= partLoader(state, host));
    const loaded = part('web') as WebPart;
    loaded.idna ??= () => part('idna');
    return loaded;
  };
  let crypto: object | undefined;
  /**
   * A class, since its members are not listed by `for … in`, and the global object inherits from its prototype: to define
   * each name on the global object itself would cost every context ten times as much.
   */
  class WebGlobals {
    get self() {
      return globalObject;
    }
    set self(value: unknown) {
      defineHidden('self', value, true);
    }
    get crypto() {
      return (crypto ??= createCrypto(state, host));
    }
    set crypto(value: unknown) {
      defineHidden('crypto', value, true);
    }
    get URL() {
      return web().URL;
    }
    set URL(value: unknown) {
      defineHidden('URL', value, true);
    }
    get URLSearchParams() {
      return web().URLSearchParams;
    }
    set URLSearchParams(value: unknown) {
      defineHidden('URLSearchParams', value, true);
    }
    get TextDecoder() {
      return web().TextDecoder;
    }
    set TextDecoder(value: unknown) {
      defineHidden('TextDecoder', value, true);
    }
    get TextEncoder() {
      return web().TextEncoder;
    }
    set TextEncoder(value: unknown) {
      defineHidden('TextEncoder', value, true);
    }
    atob(text: unknown): string {
      return decodeBase64(toText(text));
    }
    btoa(text: unknown): string {
      return encodeBase64(toText(text));
    }
    structuredClone(...given: unknown[]): unknown {
      if (given.length === 0)
        return refuse({
          en: 'structuredClone takes a value, got nothing',
          ru: 'structuredClone принимает значение, а не получил ничего',
        });
      return web().structuredClone(given[0]);
    }
    setTimeout(): never {
      return synchronous('setTimeout');
    }
    setInterval(): never {
      return synchronous('setInterval');
    }
    setImmediate(): never {
      return synchronous('setImmediate');
    }
    queueMicrotask(): never {
      return synchronous('queueMicrotask');
    }
    requestAnimationFrame(): never {
      return synchronous('requestAnimationFrame');
    }
    requestIdleCallback(): never {
      return synchronous('requestIdleCallback');
    }
    clearTimeout(): void {
      // Nothing was begun. Libraries call this without a timer too.
    }
    clearInterval(): void {
      // Nothing was begun. Libraries call this without a timer too.
    }
    clearImmediate(): void {
      // Nothing was begun. Libraries call this without a timer too.
    }
    cancelAnimationFrame(): void {
      // Nothing was begun. Libraries call this without a timer too.
    }
    cancelIdleCallback(): void {
      // Nothing was begun. Libraries call this without a timer too.
    }
  }
  const members = WebGlobals.prototype as { constructor?: unknown };
  delete members.constructor;
  setPrototypeOf(members, getPrototypeOf(globalObject) as object | null);
  setPrototypeOf(globalObject, members);
}

function synchronous(name: string): never {
  return fail('script_async', {
    en: `${name}: the platform runs scripts synchronously and ends them at once, so there are no timers; call the function itself`,
    ru: `${name}: платформа выполняет скрипты синхронно и сразу заканчивает, поэтому таймеров нет; вызовите саму функцию`,
  });
}

/**
 * Gives parts that are too large for every context. The runner has compiled those whose names stand in the script's text
 * (`runner/definitions.ts`); one that is reached another way is compiled here, which takes longer.
 */
function partLoader(state: RunState, host: HostReference): PartLoader {
  const loaded = dict<object>();
  return (name) => {
    if (name in loaded) return loaded[name] as object;
    enter(state);
    const key = `metabot:${name}`;
    const make =
      key in state.definitions ? state.definitions[key] : FunctionType(host.applySync(undefined, ['part', name]));
    // The packages look for an engine's own TextDecoder; so this part is asked for while it is loading, and has nothing yet.
    loaded[name] = dict<unknown>();
    try {
      return (loaded[name] = apply(make, undefined, list()) as object);
    } catch (error) {
      delete loaded[name];
      throw error;
    }
  };
}

type PartLoader = (name: 'web' | 'idna') => object;

/** What `web-part.ts` gives. */
interface WebPart {
  readonly URL: unknown;
  readonly URLSearchParams: unknown;
  readonly TextDecoder: unknown;
  readonly TextEncoder: unknown;
  readonly structuredClone: (value: unknown) => unknown;
  /** Set here: how the part gets the tables for names of hosts that are not ASCII. */
  idna?: () => object;
}

/** Bytes of an element, for the types that the standard allows; the others may not hold every value. */
const ELEMENT_BYTES: Readonly<Record<string, number>> = {
  __proto__: null as never,
  Int8Array: 1,
  Uint8Array: 1,
  Uint8ClampedArray: 1,
  Int16Array: 2,
  Uint16Array: 2,
  Int32Array: 4,
  Uint32Array: 4,
  BigInt64Array: 8,
  BigUint64Array: 8,
};
const BigIntOf = BigInt;

/** `crypto`: numbers of the host's own generator, asked for by each run anew, so no two runs share any. */
function createCrypto(state: RunState, host: HostReference): object {
  /** One character a byte. */
  let pool = '';
  let used = 0;
  const need = (count: number): void => {
    enter(state);
    const rest = pool.length - used;
    if (rest >= count) return;
    const wanted = count - rest > RANDOM_POOL_BYTES ? count - rest : RANDOM_POOL_BYTES;
    const bytes = host.applySync(undefined, ['random', toText(wanted)]);
    if (bytes.length !== wanted) {
      fail('script_host_calls', {
        en: 'the script asked for more random numbers than one run may have and was stopped',
        ru: 'скрипт попросил больше случайных чисел, чем можно за один запуск, и остановлен',
      });
    }
    pool = slice(pool, used) + bytes;
    used = 0;
  };
  const next = (): number => {
    const byte = charCodeAt(pool, used);
    used += 1;
    return byte;
  };
  return {
    __proto__: null,
    getRandomValues(array: unknown) {
      const type = typedArrayType(array);
      const size = type === undefined ? undefined : ELEMENT_BYTES[type];
      if (size === undefined)
        return refuse(
          takes(
            'crypto.getRandomValues',
            { en: 'an array of whole numbers such as Uint8Array', ru: 'массив целых чисел, например Uint8Array' },
            array,
          ),
        );
      const length = typedArrayLength(array as object);
      if (length * size > MAX_RANDOM_BYTES_PER_CALL)
        return refuse({
          en: `crypto.getRandomValues gives at most ${MAX_RANDOM_BYTES_PER_CALL} bytes at a time`,
          ru: `crypto.getRandomValues даёт за раз не больше ${MAX_RANDOM_BYTES_PER_CALL} байт`,
        });
      need(length * size);
      const target = array as Record<number, number | bigint>;
      for (let index = 0; index < length; index += 1) {
        if (size < 8) target[index] = number(next, size);
        else target[index] = BigIntOf(number(next, 4)) * 0x1_0000_0000n + BigIntOf(number(next, 4));
      }
      return array;
    },
    randomUUID() {
      need(16);
      let text = '';
      for (let index = 0; index < 16; index += 1) {
        let byte = next();
        // Version 4 and the variant of RFC 9562.
        if (index === 6) byte = (byte & 0x0f) | 0x40;
        else if (index === 8) byte = (byte & 0x3f) | 0x80;
        if (index === 4 || index === 6 || index === 8 || index === 10) text += '-';
        text += (HEX[byte >> 4] as string) + (HEX[byte & 15] as string);
      }
      return text;
    },
  };
}

const HEX = '0123456789abcdef';

function number(next: () => number, bytes: number): number {
  let value = 0;
  for (let index = 0; index < bytes; index += 1) value = value * 256 + next();
  return value;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BLANKS = ' \t\n\f\r';
/** Characters joined at a time. One by one, V8 would keep an object for each. */
const JOINED_AT_ONCE = 4_096;

/** A text made of character codes. */
interface TextMaker {
  readonly codes: List<number>;
  text: string;
}

function addCode(maker: TextMaker, code: number): void {
  add(maker.codes, code);
  if (maker.codes.length === JOINED_AT_ONCE) joinCodes(maker);
}

function joinCodes(maker: TextMaker): string {
  maker.text += apply(fromCharCode, undefined, maker.codes) as string;
  maker.codes.length = 0;
  return maker.text;
}

/** `btoa`, https://infra.spec.whatwg.org/#forgiving-base64-encode */
function encodeBase64(text: string): string {
  const maker: TextMaker = { codes: list(), text: '' };
  const addDigit = (value: number): void => addCode(maker, charCodeAt(BASE64, value & 63));
  const PAD = 61;
  for (let index = 0; index < text.length; index += 3) {
    const rest = text.length - index;
    const first = byteAt(text, index);
    const second = rest > 1 ? byteAt(text, index + 1) : 0;
    const third = rest > 2 ? byteAt(text, index + 2) : 0;
    addDigit(first >> 2);
    addDigit((first << 4) | (second >> 4));
    if (rest > 1) addDigit((second << 2) | (third >> 6));
    else addCode(maker, PAD);
    if (rest > 2) addDigit(third);
    else addCode(maker, PAD);
  }
  return joinCodes(maker);
}

function byteAt(text: string, index: number): number {
  const code = charCodeAt(text, index);
  if (code > 255)
    return refuse({
      en: 'btoa takes characters up to U+00FF only: make bytes of other text with TextEncoder first',
      ru: 'btoa принимает знаки до U+00FF: другой текст сначала превратите в байты через TextEncoder',
    });
  return code;
}

/** `atob`, https://infra.spec.whatwg.org/#forgiving-base64-decode */
function decodeBase64(text: string): string {
  const maker: TextMaker = { codes: list(), text: '' };
  let bits = 0;
  let digits = 0;
  let pads = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] as string;
    if (contains(BLANKS, character)) continue;
    if (character === '=') {
      pads += 1;
      continue;
    }
    const value = indexOf(BASE64, character);
    if (value < 0 || pads > 0) {
      refuse({
        en: 'atob: the text is not base64: it holds a character in a wrong place',
        ru: 'atob: текст — не base64: в нём знак не на своём месте',
      });
    }
    bits = ((bits << 6) | value) & 0xffff;
    digits += 1;
    // Four digits of six bits are three bytes; the bits over at the end are dropped.
    const over = (digits * 6) % 8;
    if (digits % 4 !== 1) addCode(maker, (bits >> over) & 255);
  }
  const isWhole = pads === 0 ? digits % 4 !== 1 : pads < 3 && (digits + pads) % 4 === 0;
  if (!isWhole) {
    refuse({
      en: 'atob: the text is not base64: its length does not fit',
      ru: 'atob: текст — не base64: не та длина',
    });
  }
  return joinCodes(maker);
}
