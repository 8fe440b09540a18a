/** The console of a server: where its rooms, the plugin and the configuration meet. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SCHEMA_VERSION as POSTGRES_SCHEMA } from '../../plugin/storage/postgres/schema.ts';
import { SCHEMA_VERSION as SQLITE_SCHEMA } from '../../plugin/storage/sqlite/migrations.ts';
import type { Clock, Logger } from '../../plugin/contract/host.ts';
import type { LiveTexPlugin } from '../../plugin/index.ts';
import type { Storage } from '../../plugin/storage/contract.ts';
import { createKeyGuard } from '../../plugin/webhook/key-guard.ts';
import type { ChannelRegistry } from '../channels/channel-registry.ts';
import { type Console, createConsole } from '../console/console.ts';
import type { Runtime } from '../runtime/contract.ts';
import { type Config, sqliteFolderOf } from './config/config-schema.ts';
import { lanesOfLead } from './maintenance/dialog-report.ts';
import { listLanes } from './maintenance/outbox.ts';
import { messengersOf } from './messengers-of.ts';
import { builtPage, packageVersion } from './package-files.ts';

export interface ConsoleParts {
  readonly storage: Storage;
  /** Which bots it is, and where they lie. */
  readonly bots: ReadonlyArray<{ readonly id: string; readonly folder: string }>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly runtime: () => Runtime;
  readonly plugin: () => LiveTexPlugin;
  /** Channels that are put while the server runs; left out: none can be. */
  readonly storedChannels?: ChannelRegistry;
  /** Told of each secret that comes in, so that no log shows it. */
  readonly onSecret: (secret: string) => void;
}

export function consoleOf(config: Config, parts: ConsoleParts): Console {
  const { adminToken, viewerToken, publicUrl, trustedProxies = [] } = config.http;
  const folder = sqliteFolderOf(config.storage);
  return createConsole({
    ...parts,
    tokens: { adminToken, viewerToken },
    tries: createKeyGuard({ clock: parts.clock }),
    trustedProxies,
    publicUrl,
    version: packageVersion(),
    messengers: messengersOf(config, parts.storedChannels),
    page: builtPage('console'),
    waiting: async (lead) => await listLanes(parts.storage, await lanesOfLead(parts.storage, lead)),
    folders: () => new Map(parts.bots.map(({ id, folder }) => [id, folder])),
    storageFacts: async () => ({
      size: folder === undefined || parts.storage.driver !== 'sqlite' ? null : await sizeOf(folder),
      schema: schemaOf(parts.storage.driver),
    }),
  });
}

/** Bytes of the files of a data folder. */
async function sizeOf(folder: string): Promise<number> {
  const files = await readdir(folder);
  const sizes = await Promise.all(
    // One may go meanwhile.
    files.map(async (name) => (await stat(join(folder, name)).catch(() => undefined))?.size ?? 0),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** What this version writes; an older database was brought there when it was opened. */
function schemaOf(driver: Storage['driver']): number | null {
  return driver === 'postgres' ? POSTGRES_SCHEMA : driver === 'sqlite' ? SQLITE_SCHEMA : null;
}
