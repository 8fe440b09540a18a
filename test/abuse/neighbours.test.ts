import { afterAll, describe, expect, test } from 'vitest';
import type { ScriptRun } from '../../runtime-shim/sandbox/contract.ts';
import { createScriptRunner } from '../support/sandbox-under-test.ts';

/** Two runs in one isolate one after the other, and in two isolates of one runner at the same time. */
const oneIsolate = createScriptRunner({ isolates: 1 });
const twoIsolates = createScriptRunner({ isolates: 2 });
afterAll(async () => {
  await Promise.all([oneIsolate.close(), twoIsolates.close()]);
});

const MARK = 'secret-of-the-first-lead';

/** Visits every object that a script can reach, with a name for where it is. */
const VISIT = String.raw`
function visit(look) {
  const seen = new Set();
  const todo = [globalThis, [].keys(), ''[Symbol.iterator](), new Map().keys(), new Set().keys(), 'x'.matchAll(/x/g), (function* () {})(), (async () => 1)(), Symbol.for('shared'), (() => ${'``'}.raw)()];
  while (todo.length > 0) {
    const value = todo.pop();
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) continue;
    seen.add(value);
    look(value);
    for (const key of Reflect.ownKeys(value)) {
      const entry = Reflect.getOwnPropertyDescriptor(value, key);
      todo.push(entry.value, entry.get, entry.set);
    }
    todo.push(Reflect.getPrototypeOf(value));
  }
}`;

/** Leaves the secret wherever it stays: on every object, in the language's own memories, in errors, in a symbol. */
const PLANT = `${VISIT}
/${MARK}/.exec('${MARK}');
Symbol.for('${MARK}');
Error.stackTraceLimit = 3;
lead.setAttr('mine', '${MARK}');
bot.setAttr('mine', '${MARK}');
memory.setAttr('mine', '${MARK}');
console.log('${MARK}');
implicit = '${MARK}';
visit((object) => { try { object.planted = '${MARK}'; } catch (e) {} try { Object.defineProperty(object, Symbol.for('planted'), { value: '${MARK}' }); } catch (e) {} });
livetex.hasOnlineOperators();
return lead.getData('name');`;

/** Looks everywhere for it. */
const SEARCH = `${VISIT}
const found = [];
visit((object) => {
  for (const key of Reflect.ownKeys(object)) {
    if (String(key).includes('planted') || String(key).includes('${MARK}')) found.push(String(key));
    const { value } = Reflect.getOwnPropertyDescriptor(object, key);
    if (typeof value === 'string' && value.includes('${MARK}') && object !== visit) found.push(String(key));
  }
});
for (const key of ['$_', '$1', '$&', 'lastMatch', 'input', 'leftContext', 'rightContext']) if (String(RegExp[key]).includes('secret')) found.push('RegExp.' + key);
if (typeof implicit !== 'undefined') found.push('implicit');
livetex.hasOnlineOperators();
return [found, lead.getData('name'), lead.getAllAttr(), bot.getAllAttr(), memory.getAllAttr(), leadId];`;

const first: Partial<ScriptRun> = { call: async () => 'true' };
const second = (botId: string): Partial<ScriptRun> => ({
  botId,
  args: { botId, leadId: '8' },
  lead: {
    data: { id: '8', name: 'Борис' },
    channel: 'telegram',
    attributes: { own: { kind: 'text', value: 'b' } },
    systemAttributes: {},
    tags: [],
  },
  call: async () => 'true',
});
const OWN_ONLY = [[], 'Борис', { own: 'b' }, {}, {}, '8'];

describe.each(['test', 'another'])('a run of the bot "%s" sees nothing of a run of the bot "test"', (bot) => {
  test('that was before it in the same isolate', async () => {
    expect(await oneIsolate.returned(PLANT, first)).toBe('Анна');
    expect(await oneIsolate.returned(SEARCH, second(bot))).toEqual(OWN_ONLY);
  });

  test('that is in the same runner while it runs itself', async () => {
    // Each waits in its host call until the other is there.
    const both = Promise.withResolvers<void>();
    let there = 0;
    const call = async (): Promise<string> => {
      there += 1;
      if (there === 2) both.resolve();
      await both.promise;
      return 'true';
    };
    const [planted, found] = await Promise.all([
      twoIsolates.returned(PLANT, { ...first, call }),
      twoIsolates.returned(SEARCH, { ...second(bot), call }),
    ]);
    expect([planted, found]).toEqual(['Анна', OWN_ONLY]);
  });
});

test('the search finds what is there', async () => {
  const code = `globalThis.x = { deep: ['${MARK}'] }; Array.prototype.planted = 1;\n${SEARCH}`;
  expect(await oneIsolate.returned(code, first)).toEqual([['planted', '0'].sort(), 'Анна', {}, {}, {}, '7']);
});
