import { createHash } from 'node:crypto';
import type { Stub } from '../api/contract.ts';
import type { Row } from '../tables/contract.ts';
import { type ScriptRef, type ScriptType, scriptTypeOf } from '../../plugin/contract/script-types.ts';
import type { BotDescription, BotScript, Route } from './load/bot-schema.ts';
import type { Place } from '../json-with-places.ts';

/** The bot folder's one description file. */
export const DESCRIPTION_FILE = 'bot.json';
/** A new lead starts with this script (`docs/bot-folder.md`). */
export const START_SCRIPT = 'start';

/** A file of the bot folder, named relative to it. */
export interface SourceFile {
  readonly file: string;
  readonly code: string;
  /** Of a library: this is another name of that one (`bot.json`, "libraries"). */
  readonly sameAs?: string;
}

/** A route, ready to be held against a text. */
export interface BotRoute extends Route {
  readonly expression: RegExp;
  /** Steps for each character of a text; `Infinity`: only the sandbox may try it (`route-expression.ts`). */
  readonly stepsPerChar: number;
  /** Where the expression stands in `bot.json`. */
  readonly place: Place;
}

/** A checked bot folder: every name in it leads somewhere. */
export interface Bot {
  readonly id: string;
  readonly name: string;
  readonly folder: string;
  /** What dates of its scripts are in, an IANA name; `undefined`: as the process. */
  readonly timeZone?: string | undefined;
  readonly scripts: ReadonlyMap<string, BotScript>;
  readonly routes: readonly BotRoute[];
  readonly channels: BotDescription['channels'];
  /** What a lead's status may be; none: any name or number. */
  readonly statuses: ReadonlyArray<{ readonly id: number; readonly name: string }>;
  /** What its own attributes are until a script writes them. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Alias → the script file that other programs call. */
  readonly endpoints: ReadonlyMap<string, string>;
  /** The `.js` files that commands name. */
  readonly sources: ReadonlyMap<string, SourceFile>;
  /** Full name → library. One object for the life of this bot version, as the sandbox wants it. */
  readonly libraries: Readonly<Record<string, SourceFile>>;
  /** Answers for requests of its scripts (`stubs.json`). */
  readonly stubs: readonly Stub[];
  /** What its tables begin with, by their codes. */
  readonly tables: ReadonlyMap<string, readonly Row[]>;
  /** Where a part of a script stands in `bot.json`: `('start', ['commands', 1, 'condition'])`. */
  readonly place: (scriptCode: string, part: readonly PropertyKey[]) => Place;
}

/** The bot's own attributes as its scripts see them: what it begins with, under what they have written. */
export function botAttributesOf(bot: Bot, written: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.keys(bot.attributes).length === 0 ? written : { ...bot.attributes, ...written };
}

/** The script with a code, or the first one of a type. */
export function findScript(bot: Bot, ref: ScriptRef): BotScript | undefined {
  return 'code' in ref ? bot.scripts.get(ref.code) : firstOfType(bot, ref.type);
}

function firstOfType(bot: Bot, type: ScriptType): BotScript | undefined {
  for (const script of bot.scripts.values()) if (script.type === type) return script;
  return undefined;
}

/** Bits of a script's number: below 2⁵³, so that scripts may keep it as a number. */
const NUMBER_BITS = 48;

/** A script's number (`bot.getScriptIdByCode`): made of its code, so that it stays the same when scripts come and go. Our choice. */
export function scriptNumber(code: string): number {
  const hash = createHash('sha256').update(code).digest();
  return Number(hash.readBigUInt64BE(0) >> BigInt(64 - NUMBER_BITS)) + 1;
}

/** The code of the script with a number. */
export function scriptWithNumber(bot: Bot, number: number): string | undefined {
  for (const code of bot.scripts.keys()) if (scriptNumber(code) === number) return code;
  return undefined;
}

/** What a menu item, a route or `run_sentence` names: a code wins over a type that is spelled alike. */
export function scriptRefOf(bot: Bot, name: string): ScriptRef {
  if (bot.scripts.has(name)) return { code: name };
  const type = scriptTypeOf(name);
  return type === undefined ? { code: name } : { type };
}

/** A reference as an author reads it. */
export function refText(ref: ScriptRef): string {
  return 'code' in ref ? ref.code : ref.type;
}

/**
 * Chat-centers take text only (`docs/platform.md`: the menu goes there as text); every other channel is
 * taken to show buttons unless `channels` in `bot.json` says otherwise. Our choice: the platform's table is not public.
 */
const TEXT_CHANNELS: ReadonlySet<string> = new Set(['umnico', 'bitrix', 'jivo', 'webim', 'livetex']);

/** Does a channel show buttons under a message? */
export function showsButtons(bot: Bot, channel: string): boolean {
  const setting = Object.hasOwn(bot.channels, channel) ? bot.channels[channel] : undefined;
  return setting?.buttons ?? !TEXT_CHANNELS.has(channel);
}

/** Codes that the menus of each bot show, by the bot's id. */
export function menuCodesOf(bots: readonly Pick<Bot, 'id' | 'scripts'>[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    bots.map(({ id, scripts }) => [id, [...scripts.values()].flatMap(({ menu }) => menu.map(({ code }) => code))]),
  );
}
