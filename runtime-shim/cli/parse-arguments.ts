/** A command line checked against a command's specification: every problem at once, with a suggestion where one is near. */
import { parseArgs } from 'node:util';
import type { CommandArguments, CommandSpec, OptionSpec } from './command.ts';
import { type Language, NO_TEXT, same, type Text } from '../../plugin/contract/text.ts';
import { CLI_TEXTS } from './cli-texts.ts';
import { cliError } from './errors.ts';
import { didYouMean, nearestName } from '../names.ts';

const HIGHEST_PORT = 65_535;

const LANGUAGES: readonly Language[] = ['en', 'ru'];
const LANGUAGE_OPTION = 'lang';

/** Options that every command has. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  { name: 'help', help: { en: 'show this text', ru: 'показать этот текст' } },
  {
    name: 'json',
    help: {
      en: 'print one JSON document on stdout and nothing else there',
      ru: 'напечатать в stdout один документ JSON и больше ничего',
    },
  },
  {
    name: LANGUAGE_OPTION,
    value: 'LANG',
    oneOf: LANGUAGES,
    help: {
      en: 'the language of texts, en or ru (default: LANG of the environment, else en)',
      ru: 'язык текстов, ru или en (по умолчанию — по LANG, иначе en)',
    },
  },
];

/** @throws cli_usage with every problem */
export function parseArguments(spec: CommandSpec, argv: readonly string[]): CommandArguments {
  const options = [...spec.options, ...COMMON_OPTIONS];
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      options.map(({ name, value }) => [name, { type: value === undefined ? 'boolean' : 'string' }]),
    ),
  });
  const problems: Text[] = [];
  const values: Record<string, string> = {};
  const switches = new Set<string>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const option = options.find(({ name }) => name === token.name);
    const problem = option === undefined ? unknownOption(token, options) : wrongUse(option, token);
    if (problem !== undefined) problems.push(problem);
    else if (Object.hasOwn(values, token.name))
      problems.push({ en: `--${token.name} is given twice`, ru: `--${token.name} стоит дважды` });
    else if (token.value === undefined) switches.add(token.name);
    else values[token.name] = token.value;
  }
  for (const { name, required } of spec.options) {
    if (required === true && values[name] === undefined && !problems.some(({ en }) => en.includes(`--${name}`))) {
      problems.push({ en: `--${name} is needed`, ru: `нужен --${name}` });
    }
  }
  problems.push(...wrongPositionals(spec, positionals));
  if (problems.length > 0 && !switches.has('help')) throw cliError('cli_usage', { problems });
  return { positionals, values, switches };
}

interface OptionToken {
  readonly rawName: string;
  readonly name: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function unknownOption(token: OptionToken, options: readonly OptionSpec[]): Text {
  const near = nearestName(
    token.name,
    options.map(({ name }) => name),
  );
  const question = near === undefined ? NO_TEXT : { en: ` (did you mean --${near}?)`, ru: ` (может быть, --${near}?)` };
  return {
    en: `unknown option ${token.rawName}${question.en}`,
    ru: `неизвестный параметр ${token.rawName}${question.ru}`,
  };
}

function wrongUse(option: OptionSpec, { rawName, value, inlineValue }: OptionToken): Text | undefined {
  if (option.value === undefined) {
    return value === undefined ? undefined : { en: `${rawName} takes no value`, ru: `${rawName} пишется без значения` };
  }
  const nextOption = inlineValue !== true && value?.startsWith('--');
  if (value === undefined || value === '' || nextOption === true) {
    return { en: `${rawName} needs a value: ${option.value}`, ru: `${rawName} нужно значение: ${option.value}` };
  }
  if (option.oneOf !== undefined && !option.oneOf.includes(value)) {
    const wanted = alternatives(option.oneOf);
    return {
      en: `${rawName} must be ${wanted.en}, got "${value}"`,
      ru: `${rawName}: нужно ${wanted.ru}, а стоит "${value}"`,
    };
  }
  if (option.port === true && !(/^\d{1,5}$/.test(value) && Number(value) <= HIGHEST_PORT)) {
    return {
      en: `${rawName} must be a port from 0 to ${HIGHEST_PORT}, got "${value}"`,
      ru: `${rawName}: нужен порт от 0 до ${HIGHEST_PORT}, а стоит "${value}"`,
    };
  }
  return undefined;
}

function wrongPositionals(spec: CommandSpec, given: readonly string[]): Text[] {
  const problems: Text[] = [];
  for (const [index, { name, required, oneOf }] of spec.positionals.entries()) {
    const value = given[index];
    if (value === undefined && required) problems.push({ en: `${name} is missing`, ru: `не хватает: ${name}` });
    if (value !== undefined && oneOf !== undefined && !oneOf.includes(value)) {
      const [wanted, guess] = [alternatives(oneOf), didYouMean(value, oneOf)];
      problems.push({
        en: `${name} must be ${wanted.en}, got "${value}"${guess.en}`,
        ru: `${name}: нужно ${wanted.ru}, а стоит "${value}"${guess.ru}`,
      });
    }
  }
  for (const extra of given.slice(spec.positionals.length)) problems.push(CLI_TEXTS.unexpectedArgument(extra));
  return problems;
}

function alternatives(values: readonly string[]): Text {
  if (values.length === 1) return same(String(values[0]));
  const [most, last] = [values.slice(0, -1).join(', '), values.at(-1) ?? ''];
  return { en: `${most} or ${last}`, ru: `${most} или ${last}` };
}

/**
 * What `--lang` says, wherever it stands (also before the command, and beside `--help`; the last one counts), and the command
 * line without it. One that is wrong stays behind the command, where it is refused.
 */
export function splitLanguage(argv: readonly string[]): {
  readonly given: string | undefined;
  readonly rest: readonly string[];
} {
  const option = `--${LANGUAGE_OPTION}`;
  let given: string | undefined;
  const rest: string[] = [];
  const wrong: string[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    const isWord = word === option;
    if (!isWord && !word.startsWith(`${option}=`)) {
      rest.push(word);
      continue;
    }
    given = isWord ? argv[at + 1] : word.slice(option.length + 1);
    if (isWord) at += 1;
    if (!LANGUAGES.some((language) => language === given))
      wrong.push(word, ...(isWord && given !== undefined ? [given] : []));
  }
  return { given, rest: [...rest, ...wrong] };
}

/**
 * The language that a command speaks: what `--lang` says, else what the environment does, in the order of POSIX
 * (Base Definitions, 8.2), where an encoding without a language (`C.UTF-8`, as containers have it) asks for none.
 */
export function languageOf(given: string | undefined, env: Readonly<Record<string, string | undefined>>): Language {
  const asked = LANGUAGES.find((language) => language === given);
  if (asked !== undefined) return asked;
  const locales = ['LC_ALL', 'LC_MESSAGES', 'LANG'].map((name) => env[name] ?? '');
  const locale = locales.find((value) => value !== '' && !/^C\./i.test(value)) ?? '';
  return LANGUAGES.find((language) => new RegExp(`^${language}(?![a-z])`, 'i').test(locale)) ?? 'en';
}
