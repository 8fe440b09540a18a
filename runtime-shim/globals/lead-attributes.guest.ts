import { keyArgument, refuse, SYSTEM_PREFIX, textListArgument, valueArgument, writableKey } from './arguments.guest.ts';
import { describe } from '../../plugin/contract/describe.guest.ts';
import {
  dict,
  type Dict,
  hasOwn,
  isFinite,
  keysOf,
  lowerCase,
  parseJson,
  startsWith,
  toJson,
  toNumber,
  trim,
  truncate,
} from './intrinsics.guest.ts';
import { type AttributeWrite, collectWrite, type RunState } from './run-state.guest.ts';
import { withoutNull } from './text-store.guest.ts';

/** Texts that mean "yes", as PHP's filter for booleans and the platform's own "да" have them. Ours. */
const YES = ['1', 'true', 'on', 'yes', 'да'] as const;

/** The attribute methods of `lead`. `self` is what the chainable ones return. */
export function leadAttributes(state: RunState, self: object): Record<string, unknown> {
  const exists = (call: string) => (key: unknown) => readAttribute(state, keyArgument(call, key)) !== null;
  const write = (key: string, value: AttributeWrite): object => {
    collectWrite(state, state.attributes, key, value);
    return self;
  };
  return {
    __proto__: null,
    getAttr: (key: unknown) => readAttribute(state, keyArgument('lead.getAttr', key)),
    setAttr(key: unknown, value: unknown) {
      const name = writableKey('lead.setAttr', key);
      const text = valueArgument('lead.setAttr', name, value);
      return write(name, text === null ? null : ({ __proto__: null, kind: 'text', value: text } as AttributeWrite));
    },
    getAllAttr: () => allAttributes(state),
    isAttrExist: exists('lead.isAttrExist'),
    issetAttr: exists('lead.issetAttr'),
    getIntAttr(key: unknown) {
      const value = numberOf(readAttribute(state, keyArgument('lead.getIntAttr', key)));
      return value === null ? null : truncate(value);
    },
    getFloatAttr: (key: unknown) => numberOf(readAttribute(state, keyArgument('lead.getFloatAttr', key))),
    getBoolAttr(key: unknown) {
      const text = lowerCase(trim(readAttribute(state, keyArgument('lead.getBoolAttr', key)) ?? ''));
      for (let index = 0; index < YES.length; index += 1) if (YES[index] === text) return true;
      return false;
    },
    setJsonAttr(key: unknown, value: unknown) {
      const name = writableKey('lead.setJsonAttr', key);
      const text = toJson(value);
      if (text === undefined) {
        return refuse(`lead.setJsonAttr: the value of "${name}" cannot be JSON, got ${describe(value)}`);
      }
      return write(name, { __proto__: null, kind: 'json', value: text } as AttributeWrite);
    },
    getJsonAttr(key: unknown) {
      const name = keyArgument('lead.getJsonAttr', key);
      const text = readAttribute(state, name);
      if (text === null) return null;
      try {
        return parseJson(text);
      } catch {
        return refuse(`lead.getJsonAttr: the attribute "${name}" is not JSON`);
      }
    },
    deleteAttr: (key: unknown) => write(writableKey('lead.deleteAttr', key), null),
    deleteAttrs(keys: unknown) {
      const names = textListArgument('lead.deleteAttrs', 'key', keys);
      for (let index = 0; index < names.length; index += 1) writableKey('lead.deleteAttrs', names[index]);
      for (let index = 0; index < names.length; index += 1) write(names[index] as string, null);
      return self;
    },
  };
}

/** A system attribute's JSON text as this run sees it, or `null`. */
export function readSystemAttribute(state: RunState, key: string): string | null {
  if (key in state.systemAttributes) return state.systemAttributes[key] as string | null;
  const given = state.input.lead.systemAttributes;
  return hasOwn(given, key) && given[key] !== null ? (toJson(given[key]) as string) : null;
}

/** An attribute's text as this run sees it: a JSON or system one as JSON text. */
function readAttribute(state: RunState, key: string): string | null {
  if (startsWith(key, SYSTEM_PREFIX)) return readSystemAttribute(state, key);
  if (key in state.attributes) return state.attributes[key]?.value ?? null;
  const given = state.input.lead.attributes;
  return hasOwn(given, key) ? (given[key]?.value ?? null) : null;
}

/** Ordinary and JSON attributes; the system ones are the platform's own affair. */
function allAttributes(state: RunState): Record<string, string> {
  const merged = dict<string | null>();
  addTexts(merged, state.input.lead.attributes);
  addTexts(merged, state.attributes);
  return withoutNull(merged);
}

function addTexts(target: Dict<string | null>, source: Readonly<Record<string, AttributeWrite>>): void {
  const keys = keysOf(source);
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] as string;
    target[key] = source[key]?.value ?? null;
  }
}

/** The number that a text says; `null` when absent or not a number. */
function numberOf(text: string | null): number | null {
  if (text === null || trim(text) === '') return null;
  const value = toNumber(trim(text));
  return isFinite(value) ? value : null;
}
