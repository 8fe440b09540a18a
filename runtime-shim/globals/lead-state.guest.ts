import { keyArgument, KEYS, mustBe, refuse, valueArgument, wordList } from './arguments.guest.ts';
import { dictOf, type Dict, hasOwn, joined, keysOf, list, add, toNumber, toText, trim } from './intrinsics.guest.ts';
import type { LeadSnapshot } from '../sandbox/lead-snapshot.ts';
import { unsupported } from './platform-only.guest.ts';
import { collectAction, collectWrite, type RunState } from './run-state.guest.ts';
import { setOwn, withoutNull } from './text-store.guest.ts';

/** Contexts, the status, and what the platform knows of the lead beside its attributes. */
export function addState(lead: Record<string, unknown>, state: RunState): void {
  addContexts(lead, state);
  addStatuses(lead, state);
  addFacts(lead, state);
}

/** A part of the snapshot that not every platform gives: never what the script has put on `Object.prototype`. */
function given<Key extends keyof LeadSnapshot>(state: RunState, key: Key): LeadSnapshot[Key] | undefined {
  return hasOwn(state.input.lead, key) ? state.input.lead[key] : undefined;
}

function addContexts(self: Record<string, unknown>, state: RunState): void {
  const read = (key: string): string | null => {
    if (key in state.contexts) return state.contexts[key] as string | null;
    const kept = given(state, 'contexts') ?? {};
    return hasOwn(kept, key) ? (kept[key] as string) : null;
  };
  const exists = (call: string) => (key: unknown) => read(keyArgument(call, key)) !== null;
  const all = (): Dict<string | null> => {
    const merged = dictOf<string | null>(given(state, 'contexts') ?? {});
    const written = keysOf(state.contexts);
    for (let index = 0; index < written.length; index += 1) {
      const key = written[index] as string;
      merged[key] = state.contexts[key] as string | null;
    }
    return merged;
  };
  const removeOne = (call: string) => (key: unknown) => {
    collectWrite(state, state.contexts, keyArgument(call, key), null);
    return self;
  };
  const removeMany = (call: string) => (keys: unknown) => {
    const names = wordList(call, KEYS, keys);
    for (let index = 0; index < names.length; index += 1) {
      collectWrite(state, state.contexts, names[index] as string, null);
    }
    return self;
  };
  self['isContextExist'] = exists('lead.isContextExist');
  self['issetContext'] = exists('lead.issetContext');
  self['getContext'] = (key: unknown) => read(keyArgument('lead.getContext', key));
  self['getAllContexts'] = () => withoutNull(all());
  self['setContext'] = (key: unknown, value: unknown = '1') => {
    const name = keyArgument('lead.setContext', key);
    collectWrite(state, state.contexts, name, valueArgument('lead.setContext', name, value));
    return self;
  };
  self['deleteContext'] = removeOne('lead.deleteContext');
  self['forceDeleteContext'] = removeOne('lead.forceDeleteContext');
  self['deleteContexts'] = removeMany('lead.deleteContexts');
  self['forceDeleteContexts'] = removeMany('lead.forceDeleteContexts');
}

/** A status: its number, its name, or both where `bot.json` lists them. */
interface Status {
  readonly id: number | null;
  readonly name: string | null;
}

function addStatuses(self: Record<string, unknown>, state: RunState): void {
  const known = (): ReadonlyArray<{ readonly id: number; readonly name: string }> => given(state, 'statuses') ?? [];
  const find = (value: string | number): Status | undefined => {
    const all = known();
    for (let index = 0; index < all.length; index += 1) {
      const one = all[index] as { readonly id: number; readonly name: string };
      if (one.id === value || one.name === value) return one;
    }
    return undefined;
  };
  const present = (): Status => {
    const value = state.status === undefined ? (state.input.lead.data['status_id'] ?? null) : state.status;
    if (typeof value !== 'string' && typeof value !== 'number') return { id: null, name: null };
    return find(value) ?? (typeof value === 'number' ? { id: value, name: null } : { id: null, name: value });
  };
  const set = (call: string, value: unknown): object => {
    if ((typeof value !== 'string' || value === '') && !isId(value)) {
      const what = { en: 'the status', ru: 'статус' };
      return refuse(mustBe(call, what, { en: 'a name or a number', ru: 'нужно имя или номер' }, value));
    }
    const status = value as string | number;
    const found = find(status);
    if (found === undefined && known().length > 0) {
      const names = list<string>();
      for (let index = 0; index < known().length; index += 1) add(names, (known()[index] as { name: string }).name);
      return refuse({
        en: `${call}: the bot has no status "${toText(status)}"; known: ${joined(names, ', ')}`,
        ru: `${call}: у бота нет статуса "${toText(status)}"; есть: ${joined(names, ', ')}`,
      });
    }
    const kept = found?.id ?? status;
    collectAction(state, { __proto__: null, type: 'set_status', status: kept });
    state.status = kept;
    return self;
  };
  self['getStatusId'] = () => present().id;
  self['getStatusName'] = () => present().name;
  self['isInStatus'] = (name: unknown) => {
    const { id, name: own } = present();
    return name !== null && name !== undefined && (name === own || name === id);
  };
  self['getAllStatuses'] = () => {
    const all = known();
    const result: object[] = [];
    for (let index = 0; index < all.length; index += 1) {
      const one = all[index] as { readonly id: number; readonly name: string };
      setOwn(result, toText(index), { id: one.id, name: one.name });
    }
    return result;
  };
  self['setStatus'] = (value: unknown) => set('lead.setStatus', value);
  self['setStatusByName'] = (value: unknown) => set('lead.setStatusByName', value);
  self['setStatusById'] = (value: unknown) => set('lead.setStatusById', numberIn(value));
  self['issetStatusByName'] = (name: unknown) => typeof name === 'string' && find(name) !== undefined;
  self['issetStatusById'] = (id: unknown) => {
    const number = numberIn(id);
    return isId(number) && find(number as number) !== undefined;
  };
  self['getStatusIdByName'] = (name: unknown) => (typeof name === 'string' ? (find(name)?.id ?? null) : null);
}

/** A number that is written as a text, as attributes hold it. */
function numberIn(value: unknown): unknown {
  return typeof value === 'string' && trim(value) !== '' && isId(toNumber(value)) ? toNumber(value) : value;
}

function isId(value: unknown): boolean {
  return typeof value === 'number' && value === value && value < Infinity && value > -Infinity && value % 1 === 0;
}

function addFacts(self: Record<string, unknown>, state: RunState): void {
  const has = (call: string) => (key: unknown) => {
    const name = keyArgument(call, key);
    const { data } = state.input.lead;
    return hasOwn(data, name) && data[name] !== null;
  };
  self['isDataExist'] = has('lead.isDataExist');
  self['issetData'] = has('lead.issetData');
  self['getAllData'] = () => {
    const { data } = state.input.lead;
    const keys = keysOf(data);
    const result = {};
    for (let index = 0; index < keys.length; index += 1) {
      setOwn(result, keys[index] as string, data[keys[index] as string]);
    }
    return result;
  };
  self['setData'] = (key: unknown, value: unknown) => {
    const name = keyArgument('lead.setData', key);
    if (name !== 'name') return unsupported(`lead.setData("${name}")`, { en: 'it works', ru: 'он работает' });
    const text = valueArgument('lead.setData', name, value);
    collectAction(state, { __proto__: null, type: 'set_name', name: text });
    (state.input.lead.data as Record<string, unknown>)['name'] = text;
    return self;
  };
  self['getMessengerCode'] = () => state.input.lead.channel;
  self['getIdentification'] = () => state.input.lead.data['identification'] ?? null;
  self['isInlineButtonsAvailable'] = () => given(state, 'buttons') ?? true;
  self['getLastRequest'] = () => given(state, 'said') ?? null;
  // The runtime counts no leads: a counter would be the place where all new ones wait for each other.
  self['getSerialNumber'] = () => null;
  self['getPersonId'] = () => null;
}
