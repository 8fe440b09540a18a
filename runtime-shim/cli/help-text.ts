/** The texts of `--help`. */
import type { CommandSpec } from './command.ts';
import { COMMON_OPTIONS } from './parse-arguments.ts';

const EXIT_CODES = 'Exit codes: 0 done, 1 the job failed, 2 wrong usage or configuration.';

/** Two columns, the second aligned. */
function columns(rows: ReadonlyArray<readonly [string, string]>): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

export function usageLine(spec: CommandSpec): string {
  const positionals = spec.positionals.map(({ name, required }) => (required ? `<${name}>` : `[${name}]`));
  const options = spec.options.map(({ name, value, required }) => {
    const text = value === undefined ? `--${name}` : `--${name} ${value}`;
    return required === true ? text : `[${text}]`;
  });
  return ['metabot-livetex', spec.name, ...positionals, ...options].join(' ');
}

export function programHelp(specs: readonly CommandSpec[]): string {
  return [
    'metabot-livetex: a LiveTex operator desk for Metabot24 bots',
    '',
    'Usage: metabot-livetex <command> [options]',
    '',
    'Commands:',
    ...columns(specs.map(({ name, summary }) => [name, summary])),
    '',
    '  metabot-livetex <command> --help shows the options of a command, --version the version.',
    '',
    EXIT_CODES,
  ].join('\n');
}

export function commandHelp(spec: CommandSpec): string {
  const options = [...spec.options, ...COMMON_OPTIONS];
  return [
    `Usage: ${usageLine(spec)}`,
    '',
    ...spec.about,
    '',
    ...(spec.positionals.length > 0
      ? ['Arguments:', ...columns(spec.positionals.map(({ name, help }) => [name, help])), '']
      : []),
    'Options:',
    ...columns(
      options.map(({ name, value, help }) => [value === undefined ? `--${name}` : `--${name} ${value}`, help]),
    ),
    '',
    ...(spec.examples.length > 0 ? ['Examples:', ...spec.examples.map((line) => `  ${line}`), ''] : []),
    EXIT_CODES,
  ].join('\n');
}
