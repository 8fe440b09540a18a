import { stat } from 'node:fs/promises';
import { pathText } from '../../../plugin/contract/issue-words.ts';
import type { Text } from '../../../plugin/contract/text.ts';
import { ONCE } from '../../../plugin/contract/parse-once.ts';
import { type Environment, variableOf } from '../../environment.ts';
import { shimError } from '../../errors.ts';
import { type Bot, type BotRoute, type SourceFile, DESCRIPTION_FILE } from '../bot.ts';
import { type BotOutline, outlineOf } from './bot-outline.ts';
import { type BotProblem, MAX_PROBLEMS, byPlace, describeIssues, problemText } from './describe-issues.ts';
import { type BotDescription, botSchema, type Route } from './bot-schema.ts';
import { checkReferences } from './check-references.ts';
import { SyntaxCheck } from './check-syntax.ts';
import { checkLibraryNames, loadLibraries, withNames } from './load-libraries.ts';
import { type Place, type PositionedJson, readPositionedJson } from '../../json-with-places.ts';
import { didYouMean } from '../../names.ts';
import { loadStubs } from './load-stubs.ts';
import { loadTables } from './load-tables.ts';
import { LOAD_TEXTS } from './load-texts.ts';
import { readablePart } from './readable-part.ts';
import { scriptFilesIn } from './script-files.ts';
import { type FileReading, readBotFile, reasonOf } from './read-bot-file.ts';
import { routeExpression } from './route-expression.ts';

/** Largest `bot.json`, bytes. Our choice: thousands of commands fit. */
const MAX_DESCRIPTION_BYTES = 2 * 1024 * 1024;
/** Largest script, bytes. Our choice: it travels to a runner with each run. */
const MAX_SCRIPT_BYTES = 256 * 1024;

/** Characters of all scripts of a bot. Our choice: they stay in memory, and each is checked at every start. */
const MAX_SCRIPTS_CHARS = 32_000_000;

/** Reads and checks a bot folder, which may name variables of `env`. @throws bot_invalid with every problem, each with its file, place and reason */
export async function loadBot(folder: string, env: Environment = process.env): Promise<Bot> {
  const { bot, problems } = await readBot(folder, env);
  if (problems.length > 0) throw shimError('bot_invalid', { folder, problems });
  return bot;
}

/** A bot folder as far as it can be read. */
export interface BotReading {
  /**
   * With problems it is nothing to run: files that do not parse stand in it as they are, what is wrong in `bot.json` does
   * not; without a `bot.json` that can be read it has all scripts of the folder.
   */
  readonly bot: Bot;
  /** Everything for which it cannot be loaded, each with its file, place and reason. */
  readonly problems: readonly Text[];
  /** The codes of all scripts, also of those that are left out; `undefined`: nobody knows. */
  readonly codes: ReadonlySet<string> | undefined;
}

/** Reads a bot folder and goes on where something is wrong. */
export async function readBot(folder: string, env: Environment = process.env): Promise<BotReading> {
  const problems: BotProblem[] = [];
  const json = await readDescription(folder, problems);
  const outline = json === undefined ? await filesAlone(folder) : outlineOf(json.value);
  const { libraries, problems: libraryProblems } = await loadLibraries(folder);
  const { stubs, problems: stubProblems } = await loadStubs(folder);
  const { tables, problems: tableProblems } = await loadTables(folder);
  problems.push(...libraryProblems, ...stubProblems, ...tableProblems);
  const syntax = new SyntaxCheck(libraries);
  const sources = await loadSources(folder, outline, json, { libraries, problems, syntax });
  let description: BotDescription | undefined;
  let attributes: Bot['attributes'] = {};
  if (json !== undefined) {
    const parsed = botSchema.safeParse(json.value, ONCE);
    if (parsed.success) description = parsed.data;
    else problems.push(...describeIssues(parsed.error.issues, json, DESCRIPTION_FILE));
    problems.push(...(await checkReferences(outline, json, DESCRIPTION_FILE, syntax)));
    if (parsed.success) {
      problems.push(...checkLibraryNames(parsed.data.libraries, libraries, json, DESCRIPTION_FILE));
      attributes = attributesOf(parsed.data, json, { env, problems });
    }
  }
  description ??= readablePart(json?.value);
  const indexes = new Map(outline.codes.map(({ value, path: [, index] }) => [value, Number(index)]));
  const place = (path: readonly PropertyKey[]): Place => json?.place(path) ?? { line: 1, column: 1 };
  const bot: Bot = {
    id: description.id,
    name: description.name ?? description.id,
    folder,
    timeZone: description.timeZone,
    scripts: new Map(description.scripts.map((script) => [script.code, script])),
    routes: description.routes.flatMap((route, index) => compiledRoute(route, place(['routes', index, 'regex']))),
    channels: description.channels,
    statuses: description.statuses,
    attributes,
    endpoints: new Map(description.endpoints.map(({ alias, file }) => [alias, file])),
    sources,
    stubs,
    tables,
    libraries: withNames(libraries, description.libraries),
    place: (scriptCode, part) => place(['scripts', indexes.get(scriptCode) ?? -1, ...part]),
  };
  const codes = json === undefined ? undefined : new Set(outline.codes.map(({ value }) => value));
  return { bot, problems: problemLines(problems), codes };
}

/** Without a description nobody knows which files are scripts: all of them are read. */
async function filesAlone(folder: string): Promise<BotOutline> {
  const files = await scriptFilesIn(folder);
  return { ...outlineOf(undefined), files: files.map((value) => ({ value, path: [] })) };
}

/** What the bot's own attributes begin with, as texts; a variable that there is not is a problem of its place. */
function attributesOf(
  { attributes }: BotDescription,
  json: PositionedJson,
  { env, problems }: { readonly env: Environment; readonly problems: BotProblem[] },
): Bot['attributes'] {
  const texts = Object.entries(attributes).map(([key, value]): [string, string] => {
    if (typeof value !== 'object') return [key, String(value)];
    const found = variableOf(value, env);
    if (typeof found === 'string') return [key, found];
    const path = ['attributes', key];
    problems.push({ file: DESCRIPTION_FILE, place: json.place(path), path: pathText(path), reason: found.problem });
    return [key, ''];
  });
  return Object.fromEntries(texts);
}

/** The problems in the order of the text, each once; of very many, the first ones. */
function problemLines(problems: readonly BotProblem[]): Text[] {
  const lines = [
    ...new Map(problems.toSorted(byPlace).map((problem) => [problemText(problem).en, problem])).values(),
  ].map(problemText);
  const more = lines.length - MAX_PROBLEMS;
  return more <= 0 ? lines : [...lines.slice(0, MAX_PROBLEMS), LOAD_TEXTS.moreProblems];
}

async function readDescription(folder: string, problems: BotProblem[]): Promise<PositionedJson | undefined> {
  const file = DESCRIPTION_FILE;
  const reading = await readBotFile(folder, file, MAX_DESCRIPTION_BYTES);
  if (!reading.ok) {
    problems.push({ file, reason: (await folderProblem(folder)) ?? reading.reason });
    return undefined;
  }
  const json = readPositionedJson(reading.text);
  if (json.ok) return json.json;
  problems.push({ file, place: json.place, reason: json.message });
  return undefined;
}

/** What is wrong with the folder itself, when that is why its file cannot be read. */
async function folderProblem(folder: string): Promise<Text | undefined> {
  const found = await stat(folder).catch((error: unknown) => reasonOf(error));
  if (found === LOAD_TEXTS.noSuchFile) return LOAD_TEXTS.noSuchFolder;
  return 'isFile' in found && found.isFile() ? LOAD_TEXTS.fileNamed : undefined;
}

async function loadSources(
  folder: string,
  outline: BotOutline,
  json: PositionedJson | undefined,
  {
    libraries,
    problems,
    syntax,
  }: {
    readonly libraries: Readonly<Record<string, SourceFile>>;
    readonly problems: BotProblem[];
    readonly syntax: SyntaxCheck;
  },
): Promise<Map<string, SourceFile>> {
  const sources = new Map<string, SourceFile>();
  const checked = new Set<string>();
  let chars = 0;
  for (const { value: file, path } of outline.files) {
    if (checked.has(file)) continue;
    if (problems.length > MAX_PROBLEMS) break;
    checked.add(file);
    const place = json === undefined ? {} : { place: json.place(path) };
    const named = (reason: Text): BotProblem => ({
      file: DESCRIPTION_FILE,
      ...place,
      path: pathText(path),
      reason: LOAD_TEXTS.named(file, reason),
    });
    const reading: FileReading = file.endsWith('.js')
      ? await readBotFile(folder, file, MAX_SCRIPT_BYTES)
      : { ok: false, reason: LOAD_TEXTS.notScript };
    if (!reading.ok) {
      const isMissing = reading.reason === LOAD_TEXTS.noSuchFile;
      problems.push(named(isMissing ? await missingFile(folder, file) : reading.reason));
      continue;
    }
    chars += reading.text.length;
    if (chars > MAX_SCRIPTS_CHARS) {
      problems.push(named(LOAD_TEXTS.oneTooMany(MAX_SCRIPTS_CHARS)));
      break;
    }
    const wrong = await syntax.problemOf(reading.text);
    if (wrong !== undefined) {
      const { place, message } = wrong;
      problems.push({ file: libraries[wrong.library ?? '']?.file ?? file, place, reason: message });
    }
    sources.set(file, { file, code: reading.text });
  }
  return sources;
}

async function missingFile(folder: string, file: string): Promise<Text> {
  const { en, ru } = LOAD_TEXTS.noSuchFile;
  const guess = didYouMean(file, await scriptFilesIn(folder));
  return { en: en + guess.en, ru: ru + guess.ru };
}

function compiledRoute(route: Route, place: Place): BotRoute[] {
  const expression = routeExpression(route.regex);
  return expression.ok
    ? [{ ...route, expression: expression.regex, stepsPerChar: expression.stepsPerChar, place }]
    : [];
}
