/** Opens the data for a maintainer's command: beside a running server through it, else directly. */
import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { codeOf, textOf } from '../../../plugin/contract/coded-error.ts';
import type { TransferRecord, TransferReport } from '../../../plugin/contract/transfer-record.ts';
import type { Storage } from '../../../plugin/storage/contract.ts';
import { openStorage, systemClock } from '../../../plugin/storage/index.ts';
import { openReadOnlyFolder } from '../../../plugin/storage/sqlite/read-only-storage.ts';
import type { LeadData } from '../../runtime/contract.ts';
import { type Config, loadConfigForMaintenance } from '../config/load-config.ts';
import { sqliteFolderOf } from '../config/config-schema.ts';
import { cliError } from '../errors.ts';
import { dialogReportSchema } from './dialog-report.ts';
import { readControlFile } from './maintenance-route.ts';
import { type LeadLine, type Maintenance, type MaintenanceRequest, maintenanceOf } from './maintenance.ts';
import { droppedSchema, outboxSchema, waitingSchema } from './outbox-records.ts';

/** An answer of this machine takes milliseconds; a server that is busy for longer should be left alone. */
const ANSWER_TIMEOUT_MS = 10_000;

/** For what may take its time: dropping many, and forgetting a lead, which waits for a script and a request to LiveTex. */
const LONG_TIMEOUT_MS = 180_000;

export interface OpenMaintenance extends Maintenance {
  /** Is a server running on this data now? On PostgreSQL it need not be known: then false. */
  readonly running: boolean;
  close(): Promise<void>;
}

/** `bot`: of whose leads is asked; left out: the first one's. @throws cli_data_missing, cli_server_silent, and what opening storage throws */
export async function openMaintenance(
  file: string,
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  bot?: string,
): Promise<OpenMaintenance> {
  return await openMaintenanceOf(await loadConfigForMaintenance(file, cwd, env), bot);
}

/** The same with a configuration that is read already. @throws as `openMaintenance` */
export async function openMaintenanceOf(config: Config, bot?: string): Promise<OpenMaintenance> {
  const folder = sqliteFolderOf(config.storage);
  if (folder !== undefined) await mustExist(folder);
  try {
    return onStorage(await openStorage(config.storage, { clock: systemClock }), config, bot);
  } catch (error) {
    if (folder !== undefined && codeOf(error) === 'storage_readonly') return toLookAt(folder, config, bot, error);
    if (folder === undefined || codeOf(error) !== 'storage_locked') throw error;
    return await throughServer(folder, error, bot);
  }
}

/** Who may read the data but not write it may still look. @throws why it cannot even be read, or why it could not be written */
function toLookAt(folder: string, config: Config, bot: string | undefined, notWritable: unknown): OpenMaintenance {
  let storage: Storage;
  try {
    storage = openReadOnlyFolder(folder, { clock: systemClock });
  } catch (error) {
    throw codeOf(error) === 'storage_readonly' ? error : notWritable;
  }
  return onStorage(storage, config, bot);
}

/** With no server beside it; `close` closes the storage too. */
export function onStorage(storage: Storage, config: Config, bot?: string): OpenMaintenance {
  const maintenance = maintenanceOf(storage, config, { bot });
  return {
    running: false,
    ...maintenance,
    close: async () => {
      try {
        await maintenance.close();
      } finally {
        await storage.close();
      }
    },
  };
}

/** Opening would make an empty one, and "nothing is stuck" would be a wrong answer about a mistyped path. */
async function mustExist(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() !== true) throw cliError('cli_data_missing', { folder });
}

const leadDataSchema = z.looseObject({}).transform((data) => data as unknown as LeadData);
const leadLinesSchema = z.array(z.looseObject({ seq: z.int() }).transform((line) => line as unknown as LeadLine));
const transfersSchema = z.array(
  z.looseObject({ id: z.string() }).transform((record) => record as unknown as TransferRecord),
);
const reportSchema = z.looseObject({ transfers: z.int() }).transform((report) => report as unknown as TransferReport);
const forgottenSchema = z.object({
  removed: z.int(),
  underWay: z.boolean(),
  atLiveTex: z.array(z.object({ binding: z.string(), userId: z.string() })),
});

const checkSchema = z.object({
  name: z.string(),
  ok: z.boolean(),
  found: z.string().exactOptional(),
  problem: z.string().exactOptional(),
  advice: z.string().exactOptional(),
  ru: z.object({ problem: z.string(), advice: z.string() }).exactOptional(),
});

const errorSchema = z.object({ error: z.object({ message: z.string() }) });

async function throughServer(folder: string, locked: unknown, bot: string | undefined): Promise<OpenMaintenance> {
  const ofBot = bot === undefined ? {} : { bot };
  const address = await readControlFile(folder);
  // Another command of this kind, a server of another version, or another program.
  if (address === undefined) throw locked;
  const ask = async <T>(
    request: MaintenanceRequest,
    schema: z.ZodType<T>,
    timeoutMs: number = ANSWER_TIMEOUT_MS,
  ): Promise<T> => {
    try {
      const response = await fetch(address.url, {
        method: 'POST',
        headers: { authorization: `Bearer ${address.token}`, 'content-type': 'application/json' },
        body: JSON.stringify(request),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const body: unknown = await response.json();
      if (!response.ok) throw new Error(errorSchema.parse(body).error.message);
      return z.object({ answer: schema }).parse(body).answer;
    } catch (error) {
      throw cliError('cli_server_silent', { folder, reason: textOf(error) }, error);
    }
  };
  return {
    running: true,
    outbox: async () => await ask({ do: 'outbox' }, outboxSchema),
    resend: async (which) => await ask({ do: 'resend', which }, z.int()),
    retry: async (which) => await ask({ do: 'retry', which }, z.int()),
    drop: async (which) => await ask({ do: 'drop', which }, z.int()),
    waiting: async (before) => await ask({ do: 'waiting', ...(before === undefined ? {} : { before }) }, waitingSchema),
    dropBefore: async (before) => await ask({ do: 'dropBefore', before }, droppedSchema, LONG_TIMEOUT_MS),
    check: async (binding) => await ask({ do: 'check', binding }, z.array(checkSchema), LONG_TIMEOUT_MS),
    transfers: async (page) => await ask({ do: 'transfers', ...page }, transfersSchema, LONG_TIMEOUT_MS),
    report: async (range) => await ask({ do: 'report', ...range }, reportSchema, LONG_TIMEOUT_MS),
    release: async () => await ask({ do: 'release' }, z.boolean(), LONG_TIMEOUT_MS),
    dialog: async (channel, externalId, last) => {
      const report = await ask({ do: 'dialog', ...ofBot, channel, externalId, last }, dialogReportSchema.nullable());
      return report ?? undefined;
    },
    leadData: async (channel, externalId) =>
      (await ask({ do: 'leadData', ...ofBot, channel, externalId }, leadDataSchema.nullable())) ?? undefined,
    leadLines: async (channel, externalId, of, after) =>
      await ask({ do: 'leadLines', ...ofBot, channel, externalId, of, after }, leadLinesSchema),
    forget: async (channel, externalId) =>
      (await ask({ do: 'forget', ...ofBot, channel, externalId }, forgottenSchema.nullable(), LONG_TIMEOUT_MS)) ??
      undefined,
    close: async () => {},
  };
}
