/** Reads the configuration file: all problems at once, with their paths, and no value in any of them. */
import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { cliError } from '../errors.ts';
import { readJsonFile } from '../read-json-file.ts';
import { type Config, DEFAULT_STORAGE, configSchema } from './config-schema.ts';
import { issueLines, keysOf, pathText } from './problem-lines.ts';
import { resolveEnv } from './resolve-env.ts';

const WHAT = 'the configuration file';
const SQLITE = 'sqlite:';

/** @throws cli_json_invalid with every problem, and what `readTextFile` throws */
export async function loadConfig(file: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Config> {
  const path = resolve(cwd, file);
  const resolved = resolveEnv(await readJsonFile(WHAT, path), env);
  const parsed = configSchema.safeParse(resolved.value);
  // A reference without a value stands as `undefined`: the schema's complaint about it would be the same problem twice.
  const unresolved = new Set(resolved.problems.map((problem) => pathText(problem.path)));
  const issues = parsed.success ? [] : parsed.error.issues.filter((issue) => !unresolved.has(pathText(issue.path)));
  const problems = [
    ...resolved.problems.map((problem) => `${pathText(problem.path)}: ${problem.message}`),
    ...issueLines(issues, keysOf(configSchema)),
    ...(await botFolderProblems(resolved.value, path)),
  ];
  if (!parsed.success || problems.length > 0) throw cliError('cli_json_invalid', { what: WHAT, path, problems });
  return {
    ...parsed.data,
    bot: beside(path, parsed.data.bot),
    storage: storageBeside(path, parsed.data.storage),
  };
}

/** Only the data of a configuration, for a maintainer's commands: the rest may be wrong or unset at night. */
export async function loadStorageSetting(file: string, cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  const path = resolve(cwd, file);
  const resolved = resolveEnv(await readJsonFile(WHAT, path), env);
  const parsed = configSchema.shape.storage.safeParse(
    typeof resolved.value === 'object' && resolved.value !== null && 'storage' in resolved.value
      ? resolved.value.storage
      : DEFAULT_STORAGE,
  );
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `storage: ${issue.message}`);
    throw cliError('cli_json_invalid', { what: WHAT, path, problems });
  }
  return storageBeside(path, parsed.data);
}

function beside(file: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path);
}

function storageBeside(file: string, storage: string): string {
  return storage.startsWith(SQLITE) ? `${SQLITE}${beside(file, storage.slice(SQLITE.length))}` : storage;
}

async function botFolderProblems(value: unknown, file: string): Promise<string[]> {
  if (typeof value !== 'object' || value === null || !('bot' in value)) return [];
  if (typeof value.bot !== 'string' || value.bot === '') return [];
  const folder = beside(file, value.bot);
  const found = await stat(folder).catch(() => undefined);
  return found?.isDirectory() === true ? [] : [`bot: there is no folder ${folder}`];
}
