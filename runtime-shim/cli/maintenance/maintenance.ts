/** What a maintainer may ask of the data, whoever holds it: a running server or nobody. */
import { z } from 'zod';
import type { Storage } from '../../../plugin/storage/contract.ts';
import type { Config } from '../config/config-schema.ts';
import { createRuntimeOf } from '../create-runtime-of.ts';
import { type DialogReport, dialogReport } from './dialog-report.ts';
import { dropJobs, listOutbox, type Outbox, resendDead } from './outbox.ts';

const whichSchema = z.union([z.int().positive(), z.literal('all')]);

/** The requests, as they cross to a running server. */
export const requestSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('outbox') }),
  z.strictObject({ do: z.literal('resend'), which: whichSchema }),
  z.strictObject({ do: z.literal('drop'), which: whichSchema }),
  z.strictObject({
    do: z.literal('dialog'),
    channel: z.string(),
    externalId: z.string(),
    last: z.int().positive().max(1_000),
  }),
]);
export type MaintenanceRequest = z.infer<typeof requestSchema>;

export interface Maintenance {
  outbox(): Promise<Outbox>;
  /** Returns how many were put back. */
  resend(which: number | 'all'): Promise<number>;
  /** Returns how many were forgotten. */
  drop(which: number | 'all'): Promise<number>;
  /** `undefined`: there is no such lead. */
  dialog(channel: string, externalId: string, last: number): Promise<DialogReport | undefined>;
}

/** Answers a request that came as JSON. */
export async function answerRequest(maintenance: Maintenance, request: MaintenanceRequest): Promise<unknown> {
  switch (request.do) {
    case 'outbox':
      return await maintenance.outbox();
    case 'resend':
      return await maintenance.resend(request.which);
    case 'drop':
      return await maintenance.drop(request.which);
    case 'dialog':
      return (await maintenance.dialog(request.channel, request.externalId, request.last)) ?? null;
  }
}

/** On an open storage that nobody else works on, or that several may share. */
export function maintenanceOf(storage: Storage, config: Config): Maintenance {
  return {
    outbox: async () => await listOutbox(storage),
    resend: async (which) => await resendDead(storage, which),
    drop: async (which) => await dropJobs(storage, which),
    dialog: async (channel, externalId, last) => {
      // Never started: it only reads, and nothing is sent.
      const runtime = await createRuntimeOf(config, { storage });
      try {
        return await dialogReport(runtime, storage, { channel, externalId, last });
      } finally {
        await runtime.close();
      }
    },
  };
}
