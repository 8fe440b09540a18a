/**
 * The entry of a bundle of packages that were written for any engine: it runs in the sandbox, in a context whose script
 * uses one of these names (`web.guest.ts`). It has no reference to the host, so what a script does to it harms that script.
 */
import { TextDecoder as PackageDecoder, TextEncoder } from '@exodus/bytes/encoding-lite.js';
import { deserialize, serialize } from '@ungap/structured-clone';
import { URL, URLSearchParams } from 'whatwg-url/webidl2js-wrapper.js';

declare const guest: Record<string, unknown>;

/** Their tables weigh more than all else here. */
const LEFT_OUT = new Set(['gbk', 'gb18030', 'big5', 'euc-jp', 'iso-2022-jp', 'shift_jis', 'euc-kr']);

const Decoder = class TextDecoder extends PackageDecoder {
  constructor(label?: string, options?: ConstructorParameters<typeof PackageDecoder>[1]) {
    super(label, options);
    if (LEFT_OUT.has(this.encoding)) {
      throw new RangeError(
        `TextDecoder: the encoding "${this.encoding}" is not there; utf-8, utf-16 and those with one byte a character are`,
      );
    }
  }
};

const scope: Record<string, unknown> = { Array, Object, Promise, String, TypeError };
URL.install(scope, ['Window']);
URLSearchParams.install(scope, ['Window']);
guest['URL'] = scope['URL'];
guest['URLSearchParams'] = scope['URLSearchParams'];
guest['TextDecoder'] = Decoder;
guest['TextEncoder'] = TextEncoder;
guest['structuredClone'] = (value: unknown): unknown => deserialize(serialize(value));
