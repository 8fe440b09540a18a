/** Что скрипт видит из обычного JavaScript сверх самого языка; подключается из `livetex.d.ts`. */

/* oxlint-disable typescript/no-explicit-any -- what a channel, a JSON attribute or a library holds is not known, and an author of a script must not have to prove it */

/** Случайные числа и номера: в каждом запуске свои. */
interface MetabotCrypto {
  /** Случайный номер вида `c9d3b2a4-…`. */
  randomUUID(): `${string}-${string}-${string}-${string}-${string}`;
  /** Заполняет массив случайными числами и возвращает его; за раз не больше 65 536 байт. */
  getRandomValues<
    T extends
      | Int8Array
      | Uint8Array
      | Uint8ClampedArray
      | Int16Array
      | Uint16Array
      | Int32Array
      | Uint32Array
      | BigInt64Array
      | BigUint64Array,
  >(
    array: T,
  ): T;
}

/** Части адреса. */
interface URLSearchParams {
  readonly size: number;
  append(name: string, value: string): void;
  delete(name: string, value?: string): void;
  get(name: string): string | null;
  getAll(name: string): string[];
  has(name: string, value?: string): boolean;
  set(name: string, value: string): void;
  sort(): void;
  toString(): string;
  forEach(act: (value: string, name: string, parent: URLSearchParams) => void, self?: any): void;
  entries(): IterableIterator<[string, string]>;
  keys(): IterableIterator<string>;
  values(): IterableIterator<string>;
  [Symbol.iterator](): IterableIterator<[string, string]>;
}

/** Адрес. */
interface URL {
  href: string;
  protocol: string;
  username: string;
  password: string;
  host: string;
  hostname: string;
  port: string;
  pathname: string;
  search: string;
  hash: string;
  readonly origin: string;
  readonly searchParams: URLSearchParams;
  toString(): string;
  toJSON(): string;
}

/** Текст в байты UTF-8. */
interface TextEncoder {
  readonly encoding: string;
  encode(text?: string): Uint8Array;
}

/** Байты в текст: utf-8, utf-16 и однобайтовые кодировки, например `windows-1251`. */
interface TextDecoder {
  readonly encoding: string;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  decode(bytes?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string;
}

/** Если редактор знает браузер, имена берутся у него: два объявления одного имени были бы ошибкой. */
declare var crypto: typeof globalThis extends { onmessage: any; crypto: infer T } ? T : MetabotCrypto;
declare var URL: typeof globalThis extends { onmessage: any; URL: infer T }
  ? T
  : {
      prototype: URL;
      new (address: string | URL, base?: string | URL): URL;
      canParse(address: string | URL, base?: string | URL): boolean;
      parse(address: string | URL, base?: string | URL): URL | null;
    };
declare var URLSearchParams: typeof globalThis extends { onmessage: any; URLSearchParams: infer T }
  ? T
  : {
      prototype: URLSearchParams;
      new (from?: string | string[][] | { [name: string]: string } | URLSearchParams): URLSearchParams;
    };
declare var TextEncoder: typeof globalThis extends { onmessage: any; TextEncoder: infer T }
  ? T
  : { prototype: TextEncoder; new (): TextEncoder };
declare var TextDecoder: typeof globalThis extends { onmessage: any; TextDecoder: infer T }
  ? T
  : {
      prototype: TextDecoder;
      new (encoding?: string, options?: { fatal?: boolean; ignoreBOM?: boolean }): TextDecoder;
    };
/** Из base64 и в base64: символы до U+00FF. */
declare function atob(text: string): string;
declare function btoa(text: string): string;
/** Глубокая копия: Map, Set, Date, RegExp, ошибки, массивы байтов, круговые ссылки. */
declare function structuredClone<T = any>(value: T): T;
/** Глобальный объект. */
declare var self: typeof globalThis extends { onmessage: any; self: infer T } ? T : typeof globalThis;
