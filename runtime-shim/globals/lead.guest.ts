import { describe } from '../../plugin/contract/describe.guest.ts';
import {
  keyArgument,
  KEYS,
  refuse,
  SYSTEM_PREFIX,
  TAG,
  TAGS,
  takes,
  valueArgument,
  wordList,
  writableKey,
} from './arguments.guest.ts';
import {
  copyJson,
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
  toText,
  trim,
  truncate,
} from './intrinsics.guest.ts';
import { addState } from './lead-state.guest.ts';
import { withPlatformOnly } from './platform-only.guest.ts';
import { type AttributeWrite, collectAction, collectWrite, type RunState } from './run-state.guest.ts';
import { setOwn, withoutNull } from './text-store.guest.ts';

/** What this file puts into scope. */
export const names = ['lead'] as const;

/** The global `lead`: the person whom the bot talks to. */
export function factory(state: RunState): { lead: Record<string, unknown> } {
  const lead: Record<string, unknown> = {
    __proto__: null,
    getData(key: unknown) {
      const name = keyArgument('lead.getData', key);
      const { data } = state.input.lead;
      return hasOwn(data, name) ? copyJson(data[name] ?? null) : null;
    },
    getChannelCode: () => state.input.lead.channel,
    setForwarded(forwarded: unknown) {
      if (typeof forwarded !== 'boolean' && forwarded !== 1 && forwarded !== 0)
        refuse(takes('lead.setForwarded', { en: 'true or false', ru: 'true или false' }, forwarded));
      collectAction(state, {
        __proto__: null,
        type: 'set_forwarded',
        forwarded: forwarded === true || forwarded === 1,
      });
      return lead;
    },
  };
  addAttributes(lead, state);
  addTags(lead, state);
  addState(lead, state);
  return { lead: withPlatformOnly('lead', lead) };
}

/** Texts that mean "yes", as PHP's filter for booleans and the platform's own "да" have them. Our choice. */
const YES = ['1', 'true', 'on', 'yes', 'да'] as const;

/** The attribute methods of `lead`. One by one: `Object.assign` of a record without hidden class takes twice as long. */
function addAttributes(self: Record<string, unknown>, state: RunState): void {
  const exists = (call: string) => (key: unknown) => readAttribute(state, keyArgument(call, key)) !== null;
  const write = (key: string, value: AttributeWrite): object => {
    collectWrite(state, state.attributes, key, value);
    return self;
  };
  const existsAsJson = (call: string) => (key: unknown) => kindOf(state, keyArgument(call, key)) === 'json';
  const remove = (call: string) => (key: unknown) => write(writableKey(call, key), null);
  const removeAll = (call: string) => (keys: unknown) => {
    const names = wordList(call, KEYS, keys);
    for (let index = 0; index < names.length; index += 1) writableKey(call, names[index]);
    for (let index = 0; index < names.length; index += 1) write(names[index] as string, null);
    return self;
  };
  self['getAttr'] = (key: unknown) => readAttribute(state, keyArgument('lead.getAttr', key));
  self['setAttr'] = (key: unknown, value: unknown) => {
    const name = writableKey('lead.setAttr', key);
    const text = valueArgument('lead.setAttr', name, value);
    return write(name, text === null ? null : ({ __proto__: null, kind: 'text', value: text } as AttributeWrite));
  };
  self['getAllAttr'] = () => allAttributes(state);
  self['isAttrExist'] = exists('lead.isAttrExist');
  self['issetAttr'] = exists('lead.issetAttr');
  self['getIntAttr'] = (key: unknown) => {
    const value = numberOf(readAttribute(state, keyArgument('lead.getIntAttr', key)));
    return value === null ? null : truncate(value);
  };
  self['getFloatAttr'] = (key: unknown) => numberOf(readAttribute(state, keyArgument('lead.getFloatAttr', key)));
  self['getBoolAttr'] = (key: unknown) => {
    const text = lowerCase(trim(readAttribute(state, keyArgument('lead.getBoolAttr', key)) ?? ''));
    for (let index = 0; index < YES.length; index += 1) if (YES[index] === text) return true;
    return false;
  };
  self['setJsonAttr'] = (key: unknown, value: unknown) => {
    const name = writableKey('lead.setJsonAttr', key);
    const text = toJson(value);
    if (text === undefined) {
      const got = describe(value);
      return refuse({
        en: `lead.setJsonAttr: the value of "${name}" cannot be JSON, got ${got.en}`,
        ru: `lead.setJsonAttr: из значения "${name}" не сделать JSON, получено: ${got.ru}`,
      });
    }
    return write(name, { __proto__: null, kind: 'json', value: text } as AttributeWrite);
  };
  self['getJsonAttr'] = (key: unknown) => {
    const name = keyArgument('lead.getJsonAttr', key);
    const text = readAttribute(state, name);
    if (text === null) return null;
    try {
      return parseJson(text);
    } catch {
      return refuse({
        en: `lead.getJsonAttr: the attribute "${name}" is not JSON`,
        ru: `lead.getJsonAttr: атрибут "${name}" — не JSON`,
      });
    }
  };
  self['deleteAttr'] = remove('lead.deleteAttr');
  self['forceDeleteAttr'] = remove('lead.forceDeleteAttr');
  self['deleteJsonAttr'] = remove('lead.deleteJsonAttr');
  self['forceDeleteJsonAttr'] = remove('lead.forceDeleteJsonAttr');
  self['deleteAttrs'] = removeAll('lead.deleteAttrs');
  self['forceDeleteAttrs'] = removeAll('lead.forceDeleteAttrs');
  self['deleteJsonAttrs'] = removeAll('lead.deleteJsonAttrs');
  self['forceDeleteJsonAttrs'] = removeAll('lead.forceDeleteJsonAttrs');
  self['issetJsonAttr'] = existsAsJson('lead.issetJsonAttr');
  self['isJsonAttrKeyExist'] = existsAsJson('lead.isJsonAttrKeyExist');
  self['getAllJsonAttrs'] = () => {
    const result = {};
    const all = allAttributes(state);
    const keys = keysOf(all);
    for (let index = 0; index < keys.length; index += 1) {
      const key = keys[index] as string;
      if (kindOf(state, key) === 'json') setOwn(result, key, parseJson(all[key] as string));
    }
    return result;
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

function kindOf(state: RunState, key: string): 'text' | 'json' | undefined {
  if (key in state.attributes) return state.attributes[key]?.kind;
  const given = state.input.lead.attributes;
  return hasOwn(given, key) ? given[key]?.kind : undefined;
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

/** The tag methods of `lead`. */
function addTags(self: Record<string, unknown>, state: RunState): void {
  const set = (tag: string, present: boolean): void => {
    collectWrite(state, state.tags, tag, present);
  };
  const one = (call: string, present: boolean) => (tag: unknown) => {
    set(keyArgument(call, tag, TAG), present);
    return self;
  };
  const many = (call: string, present: boolean) => (tags: unknown) => {
    const names = wordList(call, TAGS, tags);
    for (let index = 0; index < names.length; index += 1) set(names[index] as string, present);
    return self;
  };
  const has = (call: string) => (tag: unknown) => {
    const name = keyArgument(call, tag, TAG);
    return name in state.tags ? (state.tags[name] as boolean) : isGivenTag(state, name);
  };
  self['addTag'] = one('lead.addTag', true);
  self['addTags'] = many('lead.addTags', true);
  self['setTag'] = one('lead.setTag', true);
  self['deleteTag'] = one('lead.deleteTag', false);
  self['forceDeleteTag'] = one('lead.forceDeleteTag', false);
  self['deleteTags'] = many('lead.deleteTags', false);
  self['forceDeleteTags'] = many('lead.forceDeleteTags', false);
  self['isTagExist'] = has('lead.isTagExist');
  self['issetTag'] = has('lead.issetTag');
  self['getTag'] = (tag: unknown) => (has('lead.getTag')(tag) ? tag : null);
  self['getAllTags'] = () => {
    const { tags } = state.input.lead;
    const result: string[] = [];
    for (let index = 0; index < tags.length; index += 1) {
      const tag = tags[index] as string;
      if (state.tags[tag] ?? true) append(result, tag);
    }
    const written = keysOf(state.tags);
    for (let index = 0; index < written.length; index += 1) {
      const tag = written[index] as string;
      if ((state.tags[tag] ?? false) && !isGivenTag(state, tag)) append(result, tag);
    }
    return result;
  };
}

/** Into an ordinary array for the script, past any setter on `Array.prototype`. */
function append(result: string[], tag: string): void {
  setOwn(result, toText(result.length), tag);
}

function isGivenTag(state: RunState, tag: string): boolean {
  const { tags } = state.input.lead;
  for (let index = 0; index < tags.length; index += 1) if (tags[index] === tag) return true;
  return false;
}
