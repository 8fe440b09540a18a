import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { SourceFile } from '../bot.ts';
import { ScriptTree } from './script-tree.ts';
import type { ScriptProblem } from './script-problem.ts';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

/** A script is the body of a function; what wraps it stands on its first line, so that lines stay what they are. */
const BEFORE = '(function () { ';
const AFTER = '\n});\n';
/** The folder of the wrapped scripts. */
const SCRIPTS = 'scripts';
const OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024;
/** A hanging compiler must not hang the command. */
const TIMEOUT_MS = 120_000;

/** `scripts/номер.js(3,6): error TS2551: Property …` */
const DIAGNOSTIC = /^scripts[/\\](.+?)\((\d+),(\d+)\): error (TS\d+): (.*)$/u;

/**
 * TypeScript's findings that are not mistakes here. 2307: `require` takes the platform's libraries, not modules.
 * 7016, 80005: about modules and packages, of which a bot has none. 1308, 1375, 1378: `await`; said better by our own rule.
 */
const NOT_MISTAKES = new Set(['TS2307', 'TS7016', 'TS80005', 'TS1308', 'TS1375', 'TS1378']);
/** "Cannot find name", with and without a guess what it may belong to: not a mistake for a name that the script assigns without declaring it. */
export const UNKNOWN_NAMES: ReadonlySet<string> = new Set([
  'TS2304',
  'TS2552',
  'TS2580',
  'TS2582',
  'TS2584',
  'TS2591',
  'TS2592',
  'TS2593',
]);

/** What our own rules say better (`lint-script.ts`): timers, and promises where there is none. */
const SAID_BETTER =
  /^(?:Cannot find name '(?:setTimeout|setInterval|setImmediate|queueMicrotask)'|Property 'then' does not exist)/u;

/** What TypeScript finds, in its own words. */
export type TypeFinding = Omit<ScriptProblem, 'ru' | 'hint'>;

/** Checks scripts against the typings, in a folder of its own. The places are those in the author's files. */
export async function typeCheck(
  typescript: TypeScript,
  scripts: readonly SourceFile[],
  typings: readonly string[],
): Promise<TypeFinding[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bot-check-'));
  try {
    for (const { file, code } of scripts) {
      const path = join(folder, SCRIPTS, file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, `${BEFORE}${code}${AFTER}`);
    }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(configOf(typings)));
    const output = await run(typescript, folder);
    return output.split(/\r?\n/u).flatMap((line) => problemOf(line, scripts));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** As lenient as the platform's engine, as strict as the typings: a wrong method or argument counts, a missing annotation does not. */
function configOf(typings: readonly string[]): unknown {
  return {
    compilerOptions: {
      allowJs: true,
      checkJs: true,
      noEmit: true,
      strict: false,
      strictBindCallApply: true,
      target: 'ES2023',
      lib: ['ES2023'],
      types: [],
      module: 'ESNext',
      moduleResolution: 'Bundler',
      moduleDetection: 'legacy',
      skipLibCheck: true,
      allowUnreachableCode: true,
    },
    files: typings,
    include: [`${SCRIPTS}/**/*.js`],
  };
}

async function run(typescript: TypeScript, cwd: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    const args = [typescript.tsc, '-p', 'tsconfig.json', '--pretty', 'false'];
    const options = { cwd, maxBuffer: OUTPUT_LIMIT_BYTES, timeout: TIMEOUT_MS };
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      // With findings tsc ends with code 1 or 2 and prints them; a finding elsewhere, or none, is its own failure.
      const isOwn = OWN_FAILURE.test(stdout) || (error !== null && !stdout.includes('error TS'));
      if (isOwn) reject(new Error(`tsc failed: ${stderr || stdout}`, { cause: error }));
      else resolve(stdout);
    });
  });
}
/** A finding that is in no script: of the configuration, or of the typings. */
const OWN_FAILURE = /^(?!scripts[/\\]).*error TS\d+:/mu;

function problemOf(line: string, scripts: readonly SourceFile[]): TypeFinding[] {
  const match = DIAGNOSTIC.exec(line);
  if (match === null) return [];
  const [, path = '', row = '', column = '', rule = '', message = ''] = match;
  const file = path.replaceAll('\\', '/');
  const script = scripts.find((one) => one.file === file);
  if (script === undefined || NOT_MISTAKES.has(rule) || SAID_BETTER.test(message)) return [];
  if (UNKNOWN_NAMES.has(rule) && isAssigned(message, script.code)) return [];
  const shift = row === '1' ? BEFORE.length : 0;
  return [{ file, line: Number(row), column: Math.max(1, Number(column) - shift), rule, message }];
}

/** `attr = {…}` without a declaration: the platform's sloppy mode makes it a variable (docs/platform.md#metabot24-the-engine). */
function isAssigned(message: string, code: string): boolean {
  const name = /^Cannot find name '([^']+)'/u.exec(message)?.[1];
  return name !== undefined && (ScriptTree.of(code)?.gives(name) ?? false);
}

/** The typings of what a script sees, from the folder of the package: `package.json`, "files". */
const TYPINGS = ['plugin/guest/livetex.d.ts'] as const;

/** Absolute paths of the typings, from the sources and from the built package alike. */
export function authorTypings(): string[] {
  let root = import.meta.dirname;
  while (!existsSync(join(root, TYPINGS[0])) && dirname(root) !== root) root = dirname(root);
  return TYPINGS.map((path) => join(root, path));
}

/** How the typings call the platform's objects. */
export const PLATFORM_TYPES: Readonly<Record<string, string>> = {
  MetabotLead: 'lead',
  MetabotBot: 'bot',
  MetabotMemory: 'memory',
  LiveTex: 'livetex',
  MetabotApi: 'api',
  MetabotTable: 'table',
  MetabotConsole: 'console',
  MetabotCrypto: 'crypto',
  CommonBotCommandsLibrary: 'CommonBotCommands',
};
/** The platform's objects: what they have and take is certain, because the typings say it and no script changes it. */
export const PLATFORM_NAMES: ReadonlySet<string> = new Set([...Object.values(PLATFORM_TYPES), 'request']);

/** Names of methods, by the object of the platform. */
export type PlatformMethods = ReadonlyMap<string, ReadonlySet<string>>;

/** The methods of the platform's objects, from the typings and those that they refer to. */
export async function platformMethods(typings: readonly string[]): Promise<PlatformMethods> {
  const methods = new Map<string, Set<string>>();
  const left = [...typings];
  for (let path = left.shift(); path !== undefined; path = left.shift()) {
    let object: string | undefined;
    for (const line of (await readFile(path, 'utf8')).split('\n')) {
      const [, reference] = /^\/\/\/ <reference path="(.+)"/.exec(line) ?? [];
      if (reference !== undefined) left.push(join(dirname(path), reference));
      const [, type] = /^interface (\w+)/.exec(line) ?? [];
      if (type !== undefined) object = PLATFORM_TYPES[type];
      const [, method] = /^  (\w+)[<(]/.exec(line) ?? [];
      if (object === undefined || method === undefined) continue;
      const known = methods.get(object) ?? new Set();
      methods.set(object, known.add(method));
    }
  }
  return methods;
}

const manifestSchema = z.looseObject({
  version: z.string(),
  bin: z.union([z.string(), z.looseObject({ tsc: z.string() })]),
});

export interface TypeScript {
  readonly version: string;
  /** The JavaScript file of the command `tsc`. */
  readonly tsc: string;
}

/** The TypeScript that is installed for the bot folder, or else for us; `undefined` when there is none. */
export async function findTypeScript(botFolder: string): Promise<TypeScript | undefined> {
  for (const from of [pathToFileURL(join(botFolder, 'bot.json')), new URL(import.meta.url)]) {
    try {
      const manifest = createRequire(from).resolve('typescript/package.json');
      const { version, bin } = manifestSchema.parse(JSON.parse(await readFile(manifest, 'utf8')));
      return { version, tsc: join(dirname(manifest), typeof bin === 'string' ? bin : bin.tsc) };
    } catch {
      // Not installed there; the next place is asked.
    }
  }
  return undefined;
}
