import type { BotReading } from '../load/load-bot.ts';
import { expandSnippets } from '../../sandbox/expand-snippets.ts';
import { type Bot, DESCRIPTION_FILE, type SourceFile } from '../bot.ts';
import { judgeType } from './judge-types.ts';
import { conditionProblem } from './lint-condition.ts';
import { exportsOf } from './exports-of.ts';
import { ANY_NAME, namesSet } from './lint-attributes.ts';
import { lintBot } from './lint-bot.ts';
import { type KnownNames, lintScript } from './lint-script.ts';
import { inOrder, type ScriptProblem } from './script-problem.ts';
import { keyOf, ScriptTree } from './script-tree.ts';
import { findTypeScript, type PlatformMethods, platformMethods, typeCheck, type TypeScript } from './type-check.ts';

/** Libraries of the platform's vendor and packages that the runtime has (`docs/platform.md`). */
const VENDOR_LIBRARIES = ['Common.Bot.Commands', 'moment', 'moment-with-locales'] as const;

export interface BotCheck {
  /** What certainly fails, or certainly does nothing. */
  readonly problems: readonly ScriptProblem[];
  /** What may be meant so. */
  readonly hints: readonly ScriptProblem[];
  /** How many pieces of code were looked at: scripts, libraries, conditions. */
  readonly checked: number;
  /** The TypeScript that checked the types; `null`: none is installed, so nobody did. */
  readonly typescript: string | null;
}

export interface CheckBotOptions {
  /** The bot folder; with problems of its own (which are not told again) what could be read of it. */
  readonly reading: BotReading;
  /** Absolute paths of the typings of what a script sees. */
  readonly typings: readonly string[];
}

/** Checks all code of a bot as an editor with the typings would, and what only the whole bot can tell. */
export async function checkBot({ reading, typings }: CheckBotOptions): Promise<BotCheck> {
  const { bot, codes } = reading;
  const isWhole = reading.problems.length === 0;
  const conditions = conditionsOf(bot);
  const libraries = Object.entries(bot.libraries).filter(([, { sameAs }]) => sameAs === undefined);
  const all = [
    ...bot.sources.values(),
    ...libraries.map(([, library]) => library),
    ...conditions.map(({ source }) => source),
  ];
  // What does not parse has been told, and nothing else can be said of it.
  const scripts = isWhole ? all : all.flatMap((one) => parsing(one, bot.libraries));
  const trees = treesOf(bot);
  const set = isWhole ? namesSet(bot, trees) : ANY_NAME;
  const methods = await platformMethods(typings);
  const known: KnownNames = {
    scripts: codes,
    libraries: new Set([...Object.keys(bot.libraries), ...VENDOR_LIBRARIES]),
    exports: new Map(Object.entries(bot.libraries).flatMap(([name, { code }]) => exportsOf(name, code))),
    attributes: set.$,
    methods,
  };
  const problems = scripts.flatMap(({ file, code }) => lintScript(file, code, known));
  problems.push(...(await lintBot(bot, { trees, set, isWhole })));
  for (const { source } of conditions) {
    const wrong = conditionProblem(viewOf(source, bot.libraries).code);
    if (wrong === undefined) continue;
    const { rule, text } = wrong;
    problems.push({ file: source.file, line: 1, column: 1, rule, message: text.en, ru: text.ru });
  }
  const typescript = await findTypeScript(bot.folder);
  if (typescript !== undefined)
    problems.push(...(await typeProblems(typescript, scripts, bot, { typings, methods, isWhole }, problems)));
  const found = inOrder(problems.map((problem) => atCondition(problem, conditions)));
  return {
    problems: found.filter(({ hint }) => hint !== true),
    hints: found.filter(({ hint }) => hint === true),
    checked: scripts.length,
    typescript: typescript?.version ?? null,
  };
}

/** The bot's files that parse. */
function treesOf(bot: Bot): ReadonlyMap<string, ScriptTree> {
  const all = [...bot.sources.values(), ...Object.values(bot.libraries)];
  return new Map(
    all.flatMap(({ file, code }) => {
      const tree = ScriptTree.of(code);
      return tree === undefined ? [] : [[file, tree] as const];
    }),
  );
}

/**
 * A text that parses, or that does without its `await`, of which the author has been told: each is as many spaces here, so
 * that all else keeps its place.
 */
function parsing(source: SourceFile, libraries: Bot['libraries']): SourceFile[] {
  const without = { ...source, code: source.code.replaceAll(/\bawait\b/g, '     ') };
  const found = [source, without].find((one) => ScriptTree.of(viewOf(one, libraries).code) !== undefined);
  return found === undefined ? [] : [found];
}

/** A text as it is compiled: with what its snippets paste. */
interface View extends SourceFile {
  /** The libraries whose text is in it. */
  readonly pasted: ReadonlySet<string>;
  readonly locate: (line: number, column: number) => { library: string | null; line: number; column: number };
}

function viewOf(source: SourceFile, libraries: Bot['libraries']): View {
  const expanded = expandSnippets(source.code, libraries);
  const same = {
    ...source,
    pasted: new Set<string>(),
    locate: (line: number, column: number) => ({ library: null, line, column }),
  };
  if ('problem' in expanded || expanded.code === source.code) return same;
  const { code, locate } = expanded;
  const pasted = new Set(code.split('\n').flatMap((_, index) => locate(index + 1, 1).library ?? []));
  for (const [, name = ''] of source.code.matchAll(/snippet\s*\(\s*['"`]([^'"`]+)/g)) pasted.add(name);
  return { ...source, code, locate, pasted };
}

/** What TypeScript finds, in the author's words and files. `others`: what our own rules have said already. */
async function typeProblems(
  typescript: TypeScript,
  scripts: readonly SourceFile[],
  bot: Bot,
  {
    typings,
    methods,
    isWhole,
  }: { readonly typings: readonly string[]; readonly methods: PlatformMethods; readonly isWhole: boolean },
  others: readonly ScriptProblem[],
): Promise<ScriptProblem[]> {
  const views = scripts.map((script) => viewOf(script, bot.libraries));
  const byFile = new Map(views.map((view) => [view.file, view]));
  const pasted = new Set(views.flatMap((view) => [...view.pasted].map((name) => bot.libraries[name]?.file)));
  const said = new Set(others.map(({ file, line }) => `${file}:${line}`));
  // A library that does not parse may bring any name.
  const knowsNames = isWhole || Object.values(bot.libraries).every(({ code }) => ScriptTree.of(code) !== undefined);
  const context = { names: globalNames(views), members: addedMembers(views), methods };
  return (await typeCheck(typescript, views, typings)).flatMap((found): ScriptProblem[] => {
    const view = byFile.get(found.file);
    const judged = view === undefined ? undefined : judgeType(found, view.code, context);
    if (view === undefined || judged === undefined) return [];
    // What a pasted library takes from the script around it is seen where it is pasted.
    if ((pasted.has(found.file) || !knowsNames) && judged.message.startsWith('there is no name')) return [];
    const { library, line, column } = view.locate(judged.line, judged.column);
    const place = { file: bot.libraries[library ?? '']?.file ?? view.file, line, column };
    return said.has(`${place.file}:${place.line}`) && /argument|does not take/.test(judged.message)
      ? []
      : [{ ...judged, ...place }];
  });
}

/** Members that scripts give to objects: `String.prototype.shorten = …`. */
function addedMembers(views: readonly View[]): ReadonlySet<string> {
  const members = new Set<string>();
  for (const { code } of views) {
    for (const node of ScriptTree.of(code)?.nodes ?? []) {
      if (node.type !== 'AssignmentExpression' || node.left.type !== 'MemberExpression') continue;
      members.add(keyOf(node.left.property, node.left.computed) ?? '');
    }
  }
  return members;
}

/** Names that libraries give values to without declaring them: a run has them in all its scripts. */
function globalNames(views: readonly View[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { file, code } of views) {
    const tree = file.startsWith('libraries/') ? ScriptTree.of(code) : undefined;
    for (const node of tree?.nodes ?? []) {
      if (node.type !== 'AssignmentExpression') continue;
      if (node.left.type === 'Identifier') names.add(node.left.name);
      else if (node.left.type === 'MemberExpression' && node.left.object.type !== 'CallExpression') {
        const { object } = node.left;
        const isGlobal =
          object.type === 'ThisExpression' ||
          (object.type === 'Identifier' && /^(?:globalThis|self)$/.test(object.name));
        const key = keyOf(node.left.property, node.left.computed);
        if (isGlobal && key !== undefined) names.add(key);
      }
    }
  }
  return names;
}

interface Condition {
  /** Under a made-up name, which no file of the bot can have. */
  readonly source: SourceFile;
  readonly line: number;
  readonly column: number;
}

/** Conditions stand in `bot.json`, inside a JSON string. */
function conditionsOf(bot: Bot): Condition[] {
  const found: Condition[] = [];
  for (const [code, script] of bot.scripts) {
    for (const part of ['commands', 'menu'] as const) {
      for (const [index, item] of script[part].entries()) {
        if (item.condition === undefined || item.condition.trim() === '') continue;
        const place = bot.place(code, [part, index, 'condition']);
        const file = `${DESCRIPTION_FILE}#${found.length}.js`;
        found.push({ source: { file, code: item.condition }, line: place.line, column: place.column });
      }
    }
  }
  return found;
}

/** A problem of a condition is shown where the condition begins: columns inside a JSON string are not those of its text. */
function atCondition(problem: ScriptProblem, conditions: readonly Condition[]): ScriptProblem {
  const condition = conditions.find(({ source }) => source.file === problem.file);
  return condition === undefined
    ? problem
    : { ...problem, file: DESCRIPTION_FILE, line: condition.line, column: condition.column };
}
