/** `SIGHUP` of `serve`: reads the configuration file and the bot folder again, and puts in force what can change while it runs. */
import { isDeepStrictEqual } from 'node:util';
import { resolve } from 'node:path';
import { messageOf } from '../../plugin/contract/coded-error.ts';
import type { Logger } from '../../plugin/contract/host.ts';
import type { LiveTexPlugin } from '../../plugin/index.ts';
import type { Runtime } from '../runtime/contract.ts';
import { type Config, secretsOf } from './config/config-schema.ts';
import { loadConfig, refuseMisfits } from './config/load-config.ts';
import type { LogFilter } from './json-logger.ts';

/** Taken over at once; every other key needs a restart. */
const TAKEN_OVER: readonly string[] = ['livetex', 'logLevel'] satisfies ReadonlyArray<keyof Config>;

export interface ReloadOptions {
  readonly file: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** In force at the start. */
  readonly config: Config;
  readonly runtime: Runtime;
  readonly plugins: readonly LiveTexPlugin[];
  readonly filter: LogFilter;
  readonly logger: Logger;
  /** Told of the bindings that came or changed. */
  readonly onBindings: (bindings: Config['livetex']) => void;
}

/** What it returns never rejects: a file that is wrong changes nothing, and the log says what is wrong with it. */
export function createReload(options: ReloadOptions): () => Promise<void> {
  const { file, cwd, env, runtime, plugins, filter, logger, onBindings } = options;
  let inForce = options.config;

  return async () => {
    let keys: readonly string[] = [];
    try {
      const config = await loadConfig(file, cwd, env);
      keys = changedForLater(config);
      refuseMisfits(
        config,
        resolve(cwd, file),
        runtime.bots.map(({ botId: id }) => ({ id })),
      );
      await takeOver(config);
    } catch (error) {
      // A binding of a bot whose folder is new is refused for that alone.
      const needRestart = keys.length === 0 ? {} : { needRestart: keys };
      const facts = { error: messageOf(error), ...needRestart };
      logger.error('the configuration was not read again; what was in force goes on', facts);
      return;
    }
    try {
      // Its problems are told by the runtime; the last good bot goes on.
      const botProblems = (await runtime.reload()).length;
      logger.info('the configuration was read again', { bindings: inForce.livetex.length, botProblems });
    } catch (error) {
      const facts = { bindings: inForce.livetex.length, error: messageOf(error) };
      logger.error('the configuration was read again, the bot folders were not; the last good bots go on', facts);
    }
  };

  /** Keys that are other ones than at the start, and that only a start takes over. */
  function changedForLater(config: Config): string[] {
    const keys = Object.keys({ ...config, ...inForce }) as Array<keyof Config>;
    return keys.filter((key) => !TAKEN_OVER.includes(key) && !isDeepStrictEqual(config[key], inForce[key]));
  }

  async function takeOver(config: Config): Promise<void> {
    // The old secrets stay hidden: a request under way may still fail with one.
    filter.secrets = [...new Set([...filter.secrets, ...secretsOf(config)])];
    for (const plugin of plugins) await plugin.bindings.reconfigure(config.livetex);
    filter.level = config.logLevel;
    const changed = config.livetex.filter((binding) => !inForce.livetex.some((old) => isDeepStrictEqual(old, binding)));
    const left = changedForLater(config);
    if (left.length > 0) logger.warn('these settings have changed and need a restart', { keys: left });
    const { livetex, logLevel } = config;
    inForce = { ...inForce, livetex, logLevel };
    onBindings(changed);
  }
}
