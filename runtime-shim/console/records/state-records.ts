/** What crosses between the console's routes and its page: the bots, and the server itself. */
import { z } from 'zod';

export const botViewSchema = z.object({
  bots: z.array(
    z.object({
      id: z.string(),
      folder: z.string(),
      /** Of its last reading; empty: it was good. */
      problems: z.array(z.object({ en: z.string(), ru: z.string() })),
      /** Unix ms of its last reading on this node. */
      readAt: z.number(),
      /** Runs of scripts that are to come, of all leads. */
      scheduled: z.int(),
      /** Jobs of leads that wait for the bot. */
      waiting: z.int(),
    }),
  ),
  /** Since the start of this node. */
  scripts: z.array(
    z.object({
      script: z.string(),
      runs: z.int(),
      failed: z.int(),
      cpuMs: z.number(),
      slowestMs: z.number(),
      lastAt: z.number(),
    }),
  ),
  /** Errors by where they happened, the newest first; `message` is `null` for whoever only looks. */
  errors: z.array(
    z.object({
      place: z.string(),
      code: z.string(),
      message: z.string().nullable(),
      ru: z.string().nullable(),
      count: z.int(),
      lastAt: z.number(),
    }),
  ),
});
export type BotView = z.infer<typeof botViewSchema>;

const stateSchema = z.object({ ready: z.boolean(), reasons: z.array(z.string()) });

export const systemSchema = stateSchema.extend({
  bindings: z.record(z.string(), stateSchema),
  channels: z.record(z.string(), stateSchema),
  versions: z.object({ package: z.string(), node: z.string(), v8: z.string(), system: z.string() }),
  storage: z.object({
    driver: z.string(),
    /** Bytes of its files; `null`: it is not on this machine. */
    size: z.number().nullable(),
    schema: z.int().nullable(),
    /** When the newest backup was begun (Unix ms) and its bytes; `null`: none was told. Backups of PostgreSQL are its own matter. */
    lastBackup: z.object({ at: z.number(), bytes: z.number() }).nullable(),
    failures: z.record(z.string(), z.int()),
  }),
  process: z.object({
    startedAt: z.number(),
    memory: z.number(),
    heap: z.number(),
    /** The longest stop of the event loop within the last minute. */
    loopDelayMs: z.number(),
    cpuMs: z.number(),
  }),
  nodes: z.array(
    z.object({ id: z.string(), host: z.string(), version: z.string(), startedAt: z.number(), seenAt: z.number() }),
  ),
  certificates: z.array(
    z.object({
      host: z.string(),
      /** Unix ms of its end; `null`: it could not be had. */
      endsAt: z.number().nullable(),
    }),
  ),
});
export type SystemView = z.infer<typeof systemSchema>;
