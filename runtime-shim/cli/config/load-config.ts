/** Reads the configuration file: all problems at once, with their paths, and no value in any of them. */
import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import type { ApiMode } from '../../api/contract.ts';
import { pathText } from '../../../plugin/contract/issue-words.ts';
import type { Text } from '../../../plugin/contract/text.ts';
import { menuPhrases } from '../../../plugin/contract/exit-phrases.ts';
import { ONCE } from '../../../plugin/contract/parse-once.ts';
import { type Bot, menuCodesOf } from '../../bot/bot.ts';
import { type Environment, variableOf } from '../../environment.ts';
import { CLI_TEXTS } from '../cli-texts.ts';
import { cliError } from '../errors.ts';
import { issueLines, problemAt, readJsonFile } from '../read-file.ts';
import { type Config, configSchema, sqliteFolderOf, sqliteIn } from './config-schema.ts';

const WHAT = CLI_TEXTS.configurationFile;
export type { Config } from './config-schema.ts';

/** @throws cli_json_invalid with every problem, and what `readTextFile` throws */
export async function loadConfig(file: string, cwd: string, env: Environment): Promise<Config> {
  const path = resolve(cwd, file);
  const resolved = resolveEnv(await readJsonFile(WHAT, path), env);
  const parsed = configSchema.safeParse(resolved.value, ONCE);
  // A reference without a value stands as `undefined`: the schema's complaint about it would be the same problem twice.
  const unresolved = new Set(resolved.problems.map((problem) => pathText(problem.path)));
  const issues = parsed.success ? [] : parsed.error.issues.filter((issue) => !unresolved.has(pathText(issue.path)));
  const problems = [
    ...resolved.problems.map(({ path: at, text }) => problemAt(at, text)),
    ...issueLines(issues, configSchema),
    ...(await botFolderProblems(resolved.value, path)),
    ...(await certificateProblems(resolved.value, path)),
  ];
  if (!parsed.success || problems.length > 0) throw cliError('cli_json_invalid', { what: WHAT, path, problems });
  return withCertificates(completed(parsed.data, path), (ca) => beside(path, ca));
}

/**
 * What is wrong only beside the bots. One that a binding names and the server does not run is a misspelt one: its dialogs would be
 * mirrored nowhere. A phrase by which leads leave an operator that a menu has as a code: who answers the operator "1" would be gone.
 * @throws cli_json_invalid with every such name and phrase
 */
export function refuseMisfits({ livetex, channels }: Config, path: string, served: readonly ServedBot[]): void {
  const known = served.map(({ id }) => `"${id}"`).join(', ');
  const unknown = (at: readonly PropertyKey[], bot: string): Text[] =>
    served.some(({ id }) => id === bot) ? [] : [problemAt(at, CLI_TEXTS.unknownBot(bot, known))];
  const codes = menuCodesOf(served.flatMap(({ id, scripts }) => (scripts === undefined ? [] : [{ id, scripts }])));
  const problems = livetex.flatMap(({ bots = [], exit }, index) => {
    const strangers = bots.flatMap((bot, place) => unknown(['livetex', index, 'bots', place], bot));
    const phrases = menuPhrases({ bots, exit }, codes).map(({ place, text }) =>
      problemAt(['livetex', index, 'exit', 'phrases', place], text),
    );
    return [...strangers, ...phrases];
  });
  for (const [code, { bot }] of Object.entries(channels)) {
    if (bot !== undefined) problems.push(...unknown(['channels', code, 'bot'], bot));
  }
  if (problems.length > 0) throw cliError('cli_json_invalid', { what: WHAT, path, problems });
}

/** Where the scripts are not at hand, when the file is read again, only the name is looked at: the plugin knows the menus. */
type ServedBot = Pick<Bot, 'id'> & Partial<Pick<Bot, 'scripts'>>;

/**
 * Stands for a secret that is not set where a maintainer works: nothing is sent with it, since nothing is started. No two are
 * the same, as the tokens of two bindings must not be.
 */
const unset = (number: number, [key, ...inside]: readonly PropertyKey[]): string | undefined => {
  // Without it nothing that is sealed is opened, and nothing of it is needed.
  if (key === 'secretKey') return undefined;
  const text = `not-set-where-the-command-runs-${number}`;
  const last = inside.at(-1);
  // What has a form keeps it: a messenger's token begins with a number, and an address may be left out.
  if (key === 'channels' && (last === 'proxy' || last === 'baseUrl')) return undefined;
  return key === 'channels' && last === 'token' ? `0:${text}` : text;
};

/**
 * For a maintainer's commands, at night, in a shell without the service's environment: variables of secrets may be unset,
 * and the bot folder may be away. The storage must be right.
 * @throws cli_json_invalid with every problem, and what `readTextFile` throws
 */
export async function loadConfigForMaintenance(file: string, cwd: string, env: Environment): Promise<Config> {
  const path = resolve(cwd, file);
  const resolved = resolveEnv(await readJsonFile(WHAT, path), env, unset);
  const parsed = configSchema.safeParse(resolved.value, ONCE);
  const needed = resolved.problems.filter((problem) => problem.path[0] === 'storage');
  const problems = [
    ...needed.map(({ path: at, text }) => problemAt(at, text)),
    ...(parsed.success || needed.length > 0 ? [] : issueLines(parsed.error.issues, configSchema)),
  ];
  if (!parsed.success || problems.length > 0) throw cliError('cli_json_invalid', { what: WHAT, path, problems });
  // Nothing is sent, so the files may be away, too.
  return withCertificates(completed(parsed.data, path), () => undefined);
}

/** What `simulate` replaces by its own: where the data are, and who may ask. */
const NOT_SIMULATED: readonly string[] = ['storage', 'http'];
/** Messengers that post to us need a public address; here none is connected to, so any is as good. */
const NO_ADDRESS = { publicUrl: 'https://simulated.invalid' };

/**
 * For `simulate --config` and `replay --config`: the settings of a server, without its storage and its address. Variables of secrets may be
 * unset, since the local LiveTex has a token and a webhook of its own.
 * @throws cli_json_invalid with every problem, and what `readTextFile` throws
 */
export async function loadConfigForSimulation(file: string, cwd: string, env: Environment): Promise<Config> {
  const path = resolve(cwd, file);
  const { value } = resolveEnv(await readJsonFile(WHAT, path), env, unset);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const used: unknown = isObject
    ? { ...Object.fromEntries(Object.entries(value).filter(([key]) => !NOT_SIMULATED.includes(key))), http: NO_ADDRESS }
    : value;
  const parsed = configSchema.safeParse(used, ONCE);
  const problems = [
    ...(parsed.success ? [] : issueLines(parsed.error.issues, configSchema)),
    ...(await botFolderProblems(used, path)),
  ];
  if (!parsed.success || problems.length > 0) throw cliError('cli_json_invalid', { what: WHAT, path, problems });
  return completed(parsed.data, path);
}

/**
 * The settings of a configuration with a local LiveTex in place of the real one; of several bindings the first, which here
 * serves the bot that is played, whichever bots it serves elsewhere. `own`: the author's configuration, if there is one.
 */
export function simulatedConfig(
  own: Config | undefined,
  {
    bot,
    port,
    binding,
  }: {
    readonly bot: string;
    readonly port: number;
    /** How the local LiveTex is reached, and reaches us. */
    readonly binding: {
      readonly token: string;
      readonly baseUrl: string;
      readonly webhook: { readonly publicUrl: string; readonly key: string };
    };
  },
): Config {
  const { bots: _bots, ...settings } = own?.livetex[0] ?? { bots: undefined };
  return configSchema.parse({
    ...(own === undefined ? {} : { sandbox: own.sandbox, api: own.api, retention: own.retention }),
    bot,
    http: { port },
    channels: simulatedWidget(own),
    livetex: [{ ...settings, ...binding }],
  });
}

/** A chat on a site for whoever tries the bot: the author's own, else one on this server's own page. */
function simulatedWidget(own: Config | undefined): Record<string, unknown> {
  const [code, found] = Object.entries(own?.channels ?? {}).find(([, { kind }]) => kind === 'widget') ?? ['site'];
  // One bot is simulated, whichever of them it is, and a chat that rests shows nothing.
  const {
    bot: _bot,
    rests: _rests,
    ...settings
  } = found?.kind === 'widget' ? found : { kind: 'widget', bot: undefined, rests: false };
  return { [code]: settings };
}

/** The groups of the local LiveTex: those that the author's configuration names, so that they are no unknown ones. */
export function simulatedGroups(own: Config | undefined): { groups?: Array<{ id: string; name: string }> } {
  const { group, reserveGroups = [] } = own?.livetex[0] ?? { group: undefined };
  const names = [...new Set([...(group === undefined ? [] : [group]), ...reserveGroups])];
  return names.length === 0 ? {} : { groups: names.map((name) => ({ id: name, name })) };
}

/**
 * Who answers requests of scripts where a bot is only played: its stubs. What they do not answer goes out when it may
 * (`live`): to what the author's configuration allows, and without one anywhere, since it is the author's own machine.
 */
export function apiModeOf(live: boolean, own: Config | undefined): ApiMode {
  if (!live) return 'stubs';
  return own === undefined ? 'stubs_then_anywhere' : 'stubs_then_network';
}

function completed(config: Config, path: string): Config {
  const { bot, bots, storage, uploads } = config;
  return {
    ...config,
    ...(bot === undefined ? {} : { bot: beside(path, bot) }),
    ...(bots === undefined ? {} : { bots: bots.map((folder) => beside(path, folder)) }),
    storage: storageBeside(path, storage),
    ...(uploads.folder === undefined ? {} : { uploads: { ...uploads, folder: beside(path, uploads.folder) } }),
  };
}

/** The configuration with the place of each file of certificates. */
function withCertificates(config: Config, placeOf: (ca: string) => string | undefined): Config {
  const channels = Object.entries(config.channels).map(([code, channel]) => {
    if (channel.kind !== 'max' || channel.ca === undefined) return [code, channel] as const;
    const { ca, ...rest } = channel;
    const place = placeOf(ca);
    return [code, place === undefined ? rest : { ...rest, ca: place }] as const;
  });
  return { ...config, channels: Object.fromEntries(channels) };
}

function beside(file: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path);
}

function storageBeside(file: string, storage: string): string {
  const folder = sqliteFolderOf(storage);
  return folder === undefined ? storage : sqliteIn(beside(file, folder));
}

const foldersSchema = z.looseObject({ bot: z.string().optional(), bots: z.array(z.unknown()).optional() });

async function botFolderProblems(value: unknown, file: string): Promise<Text[]> {
  const { bot, bots = [] } = foldersSchema.safeParse(value).data ?? {};
  const places = [[['bot'], bot] as const, ...bots.map((one, index) => [['bots', index], one] as const)];
  const problems: Text[] = [];
  for (const [place, given] of places) {
    if (typeof given !== 'string' || given === '') continue;
    const folder = beside(file, given);
    const found = await stat(folder).catch(() => undefined);
    if (found?.isDirectory() !== true) problems.push(problemAt(place, CLI_TEXTS.noFolder(folder)));
  }
  return problems;
}

const channelsSchema = z.looseObject({ channels: z.record(z.string(), z.unknown()) });
const certifiedSchema = z.looseObject({ ca: z.string().min(1) });

/** Files of certificates that cannot be read, or hold none. */
async function certificateProblems(value: unknown, file: string): Promise<Text[]> {
  const problems: Text[] = [];
  for (const [code, channel] of Object.entries(channelsSchema.safeParse(value).data?.channels ?? {})) {
    const { ca } = certifiedSchema.safeParse(channel).data ?? {};
    if (ca === undefined) continue;
    const path = beside(file, ca);
    const isRight = await readFile(path).then(
      (bytes) => isCertificate(bytes),
      () => false,
    );
    if (!isRight) problems.push(problemAt(['channels', code, 'ca'], CLI_TEXTS.noCertificate(path)));
  }
  return problems;
}

function isCertificate(bytes: Buffer): boolean {
  try {
    return new X509Certificate(bytes).subject !== '';
  } catch {
    return false;
  }
}

interface EnvProblem {
  readonly path: ReadonlyArray<string | number>;
  readonly text: Text;
}

/**
 * A copy with each `{ "env": "NAME" }` replaced by the environment's value, which never appears in a message. Where one has a
 * problem, what `instead` makes of the problem's number and path stands in the copy.
 */
function resolveEnv(
  value: unknown,
  env: Environment,
  instead?: (number: number, path: readonly PropertyKey[]) => string | undefined,
): { value: unknown; problems: EnvProblem[] } {
  const problems: EnvProblem[] = [];
  const walk = (node: unknown, path: ReadonlyArray<string | number>): unknown => {
    if (Array.isArray(node)) return node.map((item: unknown, index) => walk(item, [...path, index]));
    if (typeof node !== 'object' || node === null) return node;
    if (Object.hasOwn(node, 'env')) {
      const found = variableOf(node as Record<string, unknown>, env);
      if (typeof found === 'string') return found;
      problems.push({ path, text: found.problem });
      return instead?.(problems.length, path);
    }
    // fromEntries defines "__proto__" as an ordinary key, so that the schema reports it as unknown.
    return Object.fromEntries(
      Object.entries(node).map(([key, item]: [string, unknown]) => [key, walk(item, [...path, key])]),
    );
  };
  return { value: walk(value, []), problems };
}
