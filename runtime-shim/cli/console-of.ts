/** The console of a server: where its rooms, the plugin and the configuration meet. */
import type { Clock, Logger } from '../../plugin/contract/host.ts';
import type { LiveTexPlugin } from '../../plugin/index.ts';
import type { Storage } from '../../plugin/storage/contract.ts';
import { createKeyGuard } from '../../plugin/webhook/key-guard.ts';
import { consoleRoutes } from '../console/console.ts';
import type { Route } from '../http/routes.ts';
import type { Runtime } from '../runtime/contract.ts';
import type { Config } from './config/config-schema.ts';
import { builtPage, packageVersion } from './package-files.ts';

export interface ConsoleParts {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly runtime: () => Runtime;
  readonly plugin: () => LiveTexPlugin;
  /** Told of each secret that comes in, so that no log shows it. */
  readonly onSecret: (secret: string) => void;
}

export function consoleOf(config: Config, parts: ConsoleParts): Route[] {
  const { adminToken, viewerToken, publicUrl, trustedProxies = [] } = config.http;
  return consoleRoutes({
    ...parts,
    tokens: { adminToken, viewerToken },
    tries: createKeyGuard({ clock: parts.clock }),
    trustedProxies,
    publicUrl,
    version: packageVersion(),
    channels: Object.keys(config.channels),
    page: builtPage('console'),
  });
}
