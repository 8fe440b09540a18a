import type { Clock, Logger } from '../../plugin/contract/host.ts';
import { type LiveTexPlugin, createLiveTexPlugin } from '../../plugin/index.ts';
import type { Retention, Storage } from '../../plugin/storage/contract.ts';
import type { Runtime, RuntimeOptions } from '../runtime/contract.ts';
import { createRuntime } from '../runtime/index.ts';
import type { SandboxLimits } from '../sandbox/contract.ts';
import type { Config } from './config/config-schema.ts';

export interface RuntimeOfOptions {
  readonly storage: Storage;
  readonly http?: NonNullable<RuntimeOptions['http']>;
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly watch?: boolean;
  /** Called with the plugin once it is made. */
  readonly onPlugin?: (plugin: LiveTexPlugin) => void;
}

/** The runtime of a configuration with the LiveTex plugin in it: the one place where the two meet. */
export async function createRuntimeOf(config: Config, options: RuntimeOfOptions): Promise<Runtime> {
  const { onPlugin, ...rest } = options;
  return await createRuntime({
    ...rest,
    bot: config.bot,
    sandbox: sandboxOf(config),
    plugins: [
      async (host, storage) => {
        const plugin = await createLiveTexPlugin({
          bindings: config.livetex,
          storage,
          host,
          retention: retentionOf(config),
        });
        onPlugin?.(plugin);
        return plugin;
      },
    ],
  });
}

/** Only what is set: the runtime has the defaults. */
function sandboxOf({ sandbox }: Config): Partial<SandboxLimits> {
  return Object.fromEntries(Object.entries(sandbox).filter(([, value]) => value !== undefined));
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function retentionOf({ retention }: Config): Retention {
  const { idsHours, transcriptDays, deadDays } = retention;
  return {
    rememberedMs: idsHours * HOUR_MS,
    deadMs: deadDays * DAY_MS,
    ...(transcriptDays === undefined ? {} : { streamMs: transcriptDays * DAY_MS }),
  };
}
