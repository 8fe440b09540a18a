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
      const { value, writable, configurable, enumerable } = Object.getOwnPropertyDescriptor(globalThis, name);
      return [name, [Object.isFrozen(value), writable, configurable, enumerable]];
    }));`;
  expect(await scripts.returned(code, { args: { names: NAMES } })).toEqual(
    Object.fromEntries(NAMES.map((name) => [name, [true, false, false, false]])),
  );
});

test('nothing else of ours is in scope: the rest is the language', async () => {
  const code = `
    const own = Reflect.ownKeys(globalThis).map(String).filter((name) => !names.includes(name));
    return own.filter((name) => !/^(?:[A-Z]|parse|is|decode|encode|escape|unescape|eval|globalThis|undefined|console)/.test(name));`;
  expect(await scripts.returned(code, { args: { names: [...NAMES, 'names'] } })).toEqual([]);
});
