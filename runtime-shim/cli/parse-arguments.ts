/** A command line checked against a command's specification: every problem at once, with a suggestion where one is near. */
import { parseArgs } from 'node:util';
import type { CommandArguments, CommandSpec, OptionSpec } from './command.ts';
import { cliError } from './errors.ts';
import { didYouMean, nearestName } from '../names.ts';

const HIGHEST_PORT = 65_535;

/** Options that every command has. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  { name: 'help', help: 'show this text' },
  { name: 'json', help: 'print one JSON document on stdout and nothing else there' },
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
  const problems: string[] = [];
  const values: Record<string, string> = {};
  const switches = new Set<string>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const option = options.find(({ name }) => name === token.name);
    const problem = option === undefined ? unknownOption(token, options) : wrongUse(option, token);
    if (problem !== undefined) problems.push(problem);
    else if (Object.hasOwn(values, token.name)) problems.push(`--${token.name} is given twice`);
    else if (token.value === undefined) switches.add(token.name);
    else values[token.name] = token.value;
  }
  for (const { name, required } of spec.options) {
    if (required === true && values[name] === undefined && !problems.some((line) => line.includes(`--${name}`))) {
      problems.push(`--${name} is needed`);
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

function unknownOption(token: OptionToken, options: readonly OptionSpec[]): string {
  const near = nearestName(
    token.name,
    options.map(({ name }) => name),
  );
  return `unknown option ${token.rawName}${near === undefined ? '' : ` (did you mean --${near}?)`}`;
}

function wrongUse(option: OptionSpec, { rawName, value, inlineValue }: OptionToken): string | undefined {
  if (option.value === undefined) return value === undefined ? undefined : `${rawName} takes no value`;
  const nextOption = inlineValue !== true && value?.startsWith('--');
  if (value === undefined || value === '' || nextOption === true) return `${rawName} needs a value: ${option.value}`;
  if (option.oneOf !== undefined && !option.oneOf.includes(value)) {
    return `${rawName} must be ${alternatives(option.oneOf)}, got "${value}"`;
  }
  if (option.port === true && !(/^\d{1,5}$/.test(value) && Number(value) <= HIGHEST_PORT)) {
    return `${rawName} must be a port from 0 to ${HIGHEST_PORT}, got "${value}"`;
  }
  return undefined;
}

function wrongPositionals(spec: CommandSpec, given: readonly string[]): string[] {
  const problems: string[] = [];
  for (const [index, { name, required, oneOf }] of spec.positionals.entries()) {
    const value = given[index];
    if (value === undefined && required) problems.push(`${name} is missing`);
    if (value !== undefined && oneOf !== undefined && !oneOf.includes(value)) {
      problems.push(`${name} must be ${alternatives(oneOf)}, got "${value}"${didYouMean(value, oneOf)}`);
    }
  }
  for (const extra of given.slice(spec.positionals.length)) problems.push(`unexpected argument "${extra}"`);
  return problems;
}

function alternatives(values: readonly string[]): string {
  return values.length === 1 ? String(values[0]) : `${values.slice(0, -1).join(', ')} or ${values.at(-1) ?? ''}`;
}
