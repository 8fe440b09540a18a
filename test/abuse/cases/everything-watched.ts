import type { AbuseCases } from '../abuse-case.ts';

/** Names that our records have: whatever is read from `Object.prototype` or set on it by mistake shows itself. */
const NAMES = `['get', 'set', 'value', 'e', 'v', 'ok', 'code', 'kind', 'type', 'webhookPayload', 'toJSON', '0', '1']`;

/**
 * Wraps every function and getter of the language that can be reached: a wrapper notes which of our functions called it.
 * `ours`: globals of ours that are used before that; the others are made afterwards.
 */
const watch = (ours: string): string => String.raw`
const { apply, construct, ownKeys, getOwnPropertyDescriptor, defineProperty, getPrototypeOf } = Reflect;
const define = (holder, key, entry) => defineProperty(holder, key, { __proto__: null, configurable: true, ...entry });
const add = (list, value) => define(list, list.length, { value, enumerable: true, writable: true });
const caught = [];
let inside = '';
const note = (what) => { if (inside !== '') add(caught, inside + ' ' + what); };
const wrap = (f, name) => function (...args) {
  note('called ' + name);
  return new.target ? construct(f, args, new.target) : apply(f, this, args);
};
const ours = [${ours}];
const seen = new Set([...ours, globalThis]);
const has = seen.has.bind(seen);
const mark = seen.add.bind(seen);
const iterators = [[].keys(), ''[Symbol.iterator](), new Map().keys(), new Set().keys(), 'x'.matchAll(/x/g), (function* () {})()];
const todo = iterators.map(getPrototypeOf);
for (const name of ownKeys(globalThis)) {
  const { value } = getOwnPropertyDescriptor(globalThis, name);
  if (typeof value === 'function' || (typeof value === 'object' && value !== null)) todo.push(value, value.prototype);
}
while (todo.length > 0) {
  const holder = todo.pop();
  if (holder === null || holder === undefined || has(holder)) continue;
  mark(holder);
  add(todo, getPrototypeOf(holder));
  for (const key of ownKeys(holder)) {
    const { value, get, set, configurable, enumerable } = getOwnPropertyDescriptor(holder, key);
    const name = typeof key === 'symbol' ? key.description : key;
    if (!configurable || key === 'constructor' || key === 'prototype') continue;
    if (typeof value === 'function') define(holder, key, { value: wrap(value, name), writable: true, enumerable });
    else if (typeof get === 'function') define(holder, key, { get: wrap(get, name), set, enumerable });
  }
}
for (const holder of [Object.prototype, Array.prototype])
  for (const key of ${NAMES}) define(holder, key, { get() { note('read ' + key); }, set() { note('set ' + key); } });
`;

/** One use of each of our functions, the refusals too. */
const USES = String.raw`
const error = new Error('x');
const file = (url) => bot.sendMessage('hi', [[{ text: 'a', callback_data: 'b' }]], [{ type: 'image', url, name: 'a' }]);
const uses = {
  setAttr: () => lead.setAttr('a', 1.5) === lead,
  setNothing: () => lead.setAttr('', 1),
  setSystem: () => lead.setAttr('sys_x', 1),
  setJsonAttr: () => lead.setJsonAttr('j', null) === lead,
  getAttr: () => lead.getAttr('a'),
  getJsonAttr: () => lead.getJsonAttr('j'),
  getAllAttr: () => lead.getAllAttr().a,
  getIntAttr: () => lead.getIntAttr('a'),
  getFloatAttr: () => lead.getFloatAttr('a'),
  getBoolAttr: () => lead.getBoolAttr('a'),
  isAttrExist: () => lead.isAttrExist('a'),
  deleteAttrs: () => lead.deleteAttr('b').deleteAttrs(['c', 'd']) === lead,
  addTags: () => lead.addTags(['p', 'q']).deleteTag('q') === lead,
  getAllTags: () => lead.getAllTags().length,
  isTagExist: () => lead.isTagExist('p'),
  getData: () => lead.getData('name'),
  setForwarded: () => lead.setForwarded(true) === lead,
  setLiveTexAttr: () => lead.setLiveTexAttr({ k: 1 }).setLiveTexAttr('m', 'n') === lead,
  setAllLiveTexAttrs: () => lead.setAllLiveTexAttrs({ k: 2, l: true }) === lead,
  getAllLiveTexAttrs: () => lead.getAllLiveTexAttrs().k,
  getLiveTexAttr: () => lead.getLiveTexAttr('l'),
  getter: () => lead.setLiveTexAttr({ get a() { return 1; } }),
  botAttr: () => bot.setAttr('x', 'y').getAllAttr().x,
  memoryAttr: () => memory.setAttr('x', true).getAttr('x'),
  link: () => file('https://example.com/a.png'),
  badLink: () => file('javascript:alert(1)'),
  run: () => bot.run({ script_code: 'a' }),
  runForLead: () => bot.runScriptByCodeForLead('a', 8),
  payload: () => bot.getWebhookPayload(),
  log: () => console.log('a', { b: [1, null, error] }, error),
  operators: () => livetex.hasOnlineOperators(),
  transfer: () => livetex.transferToOperator(),
  library: () => require('Business.A').n,
  noLibrary: () => require('Business.None'),
  badLibrary: () => require('Business.Broken'),
  builtIn: () => require('Common.Bot.Commands').sendText('c'),
  badHeaders: () => api.setHeaders(5),
  badTable: () => table.find(null),
  group: () => { console.group('a'); console.table([{ a: 1 }]); console.groupEnd(); },
};
const said = {};
for (const name in uses) {
  inside = name;
  try { said[name] = uses[name](); } catch (error) { said[name] = error.code; }
  inside = '';
}
for (const holder of [Object.prototype, Array.prototype]) for (const key of ${NAMES}) delete holder[key];
return { caught, said };`;

const SAID = {
  setAttr: true,
  setNothing: 'script_argument',
  setSystem: 'script_argument',
  setJsonAttr: true,
  getAttr: '1.5',
  getJsonAttr: null,
  getAllAttr: '1.5',
  getIntAttr: 1,
  getFloatAttr: 1.5,
  getBoolAttr: false,
  isAttrExist: true,
  deleteAttrs: true,
  addTags: true,
  getAllTags: 1,
  isTagExist: true,
  getData: 'Анна',
  setForwarded: true,
  setLiveTexAttr: true,
  setAllLiveTexAttrs: true,
  getAllLiveTexAttrs: 2,
  getLiveTexAttr: true,
  getter: 'attr_value_invalid',
  botAttr: 'y',
  memoryAttr: 'true',
  link: true,
  badLink: 'script_argument',
  run: true,
  runForLead: true,
  payload: null,
  operators: true,
  library: 5,
  noLibrary: 'script_library_missing',
  badLibrary: 'script_syntax',
  builtIn: true,
  badHeaders: 'script_argument',
  badTable: 'script_argument',
};

const RUN = {
  call: async () => 'true',
  libraries: {
    'Business.A': { file: 'a.js', code: 'module.exports = { n: 5 };' },
    'Business.Broken': { file: 'b.js', code: 'return (' },
  },
};

export const cases: AbuseCases = {
  'everything-watched': {
    tries:
      'every built-in function replaced by one that tells who calls it and with what, while each of our functions is used',
    code: watch('lead, bot, memory, console, api, table, livetex, require, snippet') + USES,
    ends: ['ok'],
    returns: { caught: [], said: SAID },
    run: RUN,
  },
  'everything-watched-first': {
    tries: 'the same, before what is made at its first use is used',
    code: watch('lead, livetex, require, snippet') + USES,
    ends: ['ok'],
    returns: { caught: [], said: SAID },
    run: RUN,
  },
};
