import { START_SCRIPT } from '../bot.ts';
import { pathText } from '../../../plugin/contract/issue-words.ts';
import { SCRIPT_TYPE_NAMES, scriptTypeOf } from '../../../plugin/contract/script-types.ts';
import type { Text } from '../../../plugin/contract/text.ts';
import type { BotOutline, Found } from './bot-outline.ts';
import { type BotProblem, MAX_PROBLEMS } from './describe-issues.ts';
import type { SyntaxCheck } from './check-syntax.ts';
import type { PositionedJson } from '../../json-with-places.ts';
import { didYouMean, knownNames, quotedName } from '../../names.ts';
import { LOAD_TEXTS } from './load-texts.ts';
import { routeExpression } from './route-expression.ts';

/** What no schema sees: codes given twice, names of scripts that are not there, conditions and expressions that do not compile. */
export async function checkReferences(
  outline: BotOutline,
  json: PositionedJson,
  file: string,
  syntax: SyntaxCheck,
): Promise<BotProblem[]> {
  const at = (path: readonly PropertyKey[], reason: Text): BotProblem => ({
    file,
    place: json.place(path),
    path: pathText(path),
    reason,
  });
  const codes = new Set(outline.codes.map((found) => found.value));
  const problems: BotProblem[] = json.duplicateKeys.slice(0, MAX_PROBLEMS).map(({ path, place }) => ({
    file,
    place,
    path: pathText(path),
    reason: LOAD_TEXTS.keyTwice,
  }));
  for (const twice of repeated(outline.codes, (code) => code)) {
    problems.push(at(twice.path, LOAD_TEXTS.codeTwice(twice.value)));
  }
  for (const twice of repeated(outline.endpoints, (alias) => alias)) {
    problems.push(at(twice.path, LOAD_TEXTS.aliasTwice(twice.value)));
  }
  for (const menu of outline.menus) {
    for (const twice of repeated(menu, (code) => code.toLowerCase())) {
      problems.push(at(twice.path, LOAD_TEXTS.itemTwice(twice.value)));
    }
  }
  if (!codes.has(START_SCRIPT)) {
    problems.push(at(['scripts'], LOAD_TEXTS.noStart(START_SCRIPT)));
  }
  for (const name of outline.scriptNames) {
    if (problems.length > MAX_PROBLEMS) break;
    const reason = unknownScript(name.value, codes, outline);
    if (reason !== undefined) problems.push(at(name.path, reason));
  }
  for (const condition of outline.conditions) {
    if (problems.length > MAX_PROBLEMS) break;
    const wrong = await syntax.problemOf(condition.value);
    if (wrong === undefined) continue;
    const { line, column } = wrong.place;
    problems.push(at(condition.path, LOAD_TEXTS.inCondition(wrong.message, line, column)));
  }
  for (const regex of outline.regexes) {
    const expression = routeExpression(regex.value);
    if (!expression.ok) problems.push(at(regex.path, expression.reason));
  }
  return problems;
}

function repeated(all: readonly Found[], same: (value: string) => string): Found[] {
  const seen = new Set<string>();
  return all.filter(({ value }) => {
    const key = same(value);
    if (seen.has(key)) return true;
    seen.add(key);
    return false;
  });
}

function unknownScript(name: string, codes: ReadonlySet<string>, outline: BotOutline): Text | undefined {
  if (codes.has(name)) return undefined;
  const type = scriptTypeOf(name);
  // "Перевод на оператора" is chosen by availability when it is needed, and ends in an ordinary transfer without any script.
  if (type === 'transfer') return undefined;
  if (type === undefined) {
    return LOAD_TEXTS.unknownScript(quotedName(name), didYouMean(name, codes), knownNames(codes));
  }
  if (outline.types.has(type)) return undefined;
  return LOAD_TEXTS.noScriptOfType(SCRIPT_TYPE_NAMES[type], type);
}
