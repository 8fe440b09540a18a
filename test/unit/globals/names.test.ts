import { afterAll, expect, test } from 'vitest';
import { names as liveTexNames } from '../../../plugin/guest/livetex.guest.ts';
import { names as apiNames } from '../../../runtime-shim/globals/api.guest.ts';
import { names as tableNames } from '../../../runtime-shim/globals/table.guest.ts';
import { names as botNames } from '../../../runtime-shim/globals/bot.guest.ts';
import { names as consoleNames } from '../../../runtime-shim/globals/console.guest.ts';
import { names as leadNames } from '../../../runtime-shim/globals/lead.guest.ts';
import { names as memoryNames } from '../../../runtime-shim/globals/text-store.guest.ts';
import { names as requireNames } from '../../../runtime-shim/globals/require.guest.ts';
import { createScriptRunner } from '../../support/sandbox-under-test.ts';

const scripts = createScriptRunner();
afterAll(() => scripts.close());

const NAMES = [
  ...apiNames,
  ...tableNames,
  ...leadNames,
  ...botNames,
  ...memoryNames,
  ...consoleNames,
  ...requireNames,
  ...liveTexNames,
];

test('each file puts the names into scope that it says, fixed and frozen', async () => {
  const code = `
    return Object.fromEntries(names.map((name) => {
      // Some are made when they are asked for first: they have a getter, and no setter.
      const { writable, set, configurable, enumerable } = Object.getOwnPropertyDescriptor(globalThis, name);
      const value = globalThis[name];
      const isFixed = writable === false || (writable === undefined && set === undefined);
      globalThis[name] = null;
      return [name, [Object.isFrozen(value), isFixed, globalThis[name] === value, configurable, enumerable]];
    }));`;
  expect(await scripts.returned(code, { args: { names: NAMES } })).toEqual(
    Object.fromEntries(NAMES.map((name) => [name, [true, true, true, false, false]])),
  );
});

test('a library cannot put something of its own in the place of what was not used yet', async () => {
  const code = `
    const tries = [
      () => { bot = null; },
      () => { 'use strict'; bot = null; },
      () => Object.defineProperty(globalThis, 'bot', { value: null }),
      () => { delete globalThis.bot; },
    ];
    const ended = tries.map((attempt) => { try { attempt(); return 'nothing'; } catch (error) { return error.name; } });
    return [ended, typeof bot.sendMessage, bot === globalThis.bot, Object.isFrozen(bot)];`;
  expect(await scripts.returned(code)).toEqual([
    ['nothing', 'TypeError', 'TypeError', 'nothing'],
    'function',
    true,
    true,
  ]);
});

test('nothing else of ours is in scope: the rest is the language', async () => {
  const code = `
    const own = Reflect.ownKeys(globalThis).map(String).filter((name) => !names.includes(name));
    return own.filter((name) => !/^(?:[A-Z]|parse|is|decode|encode|escape|unescape|eval|globalThis|undefined|console)/.test(name));`;
  expect(await scripts.returned(code, { args: { names: [...NAMES, 'names'] } })).toEqual([]);
});
