/**
 * `Symbol.for` and `Symbol.keyFor` with a registry of the context's own. V8 has one for the whole isolate and never lets go of a
 * symbol in it: a hundred thousand of one script's would stay there, and make the scripts of other bots slow.
 */
import { apply, concat, dict, SymbolType, TypeErrorType } from './intrinsics.guest.ts';

type Method = (this: unknown, ...given: never[]) => unknown;
type Methods<Name extends string> = Record<Name, Method | undefined>;

const byKey = dict<symbol>();
const keys = dict<string>() as unknown as Record<symbol, string>;

/** Puts them into the place of the language's own. Methods of literals have the same names, and are no constructors either. */
export function installSymbolRegistry(): void {
  const symbols = SymbolType as unknown as Methods<'for' | 'keyFor'>;
  const own = {
    for(key: unknown): symbol {
      // Not by `String`, which would take a symbol.
      const text = concat('', key);
      const known = byKey[text];
      if (known !== undefined) return known;
      const made = SymbolType(text);
      byKey[text] = made;
      keys[made] = text;
      return made;
    },
    keyFor(symbol: unknown): string | undefined {
      if (typeof symbol !== 'symbol') throw new TypeErrorType('Symbol.keyFor takes a symbol');
      return keys[symbol];
    },
  };
  symbols.for = own.for;
  symbols.keyFor = own.keyFor;
  refuseAsWeakKeys();
}

/** A registered symbol can be made again at any time, so the language does not take it as a weak key. */
function refuseAsWeakKeys(): void {
  const maps = WeakMap.prototype as unknown as Methods<'set' | 'getOrInsert' | 'getOrInsertComputed'>;
  const sets = WeakSet.prototype as unknown as Methods<'add'>;
  const { set, getOrInsert, getOrInsertComputed } = maps;
  const { add } = sets;
  const own = {
    set(this: unknown, key: unknown, value: unknown): unknown {
      return apply(set, this, [weakKey(key), value]);
    },
    getOrInsert(this: unknown, key: unknown, value: unknown): unknown {
      return apply(getOrInsert, this, [weakKey(key), value]);
    },
    getOrInsertComputed(this: unknown, key: unknown, make: unknown): unknown {
      return apply(getOrInsertComputed, this, [weakKey(key), make]);
    },
    add(this: unknown, value: unknown): unknown {
      return apply(add, this, [weakKey(value)]);
    },
  };
  maps.set = own.set;
  sets.add = own.add;
  // Node 24 does not have these two.
  if (getOrInsert !== undefined) maps.getOrInsert = own.getOrInsert;
  if (getOrInsertComputed !== undefined) maps.getOrInsertComputed = own.getOrInsertComputed;
}

function weakKey(key: unknown): unknown {
  if (typeof key === 'symbol' && key in keys)
    throw new TypeErrorType('Invalid value used as a weak key: a registered symbol');
  return key;
}
