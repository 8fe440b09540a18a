/**
 * What goes between the server and a runner process. The server trusts nothing that comes back: `fromRunnerSchema`
 * parses it. Only the types are imported by the runner, which stays small.
 */
import { z } from 'zod';
import type { PlatformSources } from '../globals/bundles.ts';
import {
  MAX_HOST_CALL_CHARS,
  MAX_LOG_CHARS,
  MAX_LOG_LINE_CHARS,
  MAX_LOG_LINES,
  MAX_RESULT_CHARS,
} from './run-limits.ts';

export type LibrarySet = Readonly<
  Record<string, { readonly file: string; readonly code: string; readonly sameAs?: string }>
>;
export type PluginSet = ReadonlyArray<{ readonly name: string; readonly source: string }>;

export interface RunnerSettings {
  readonly platformSource: PlatformSources;
  readonly cpuMs: number;
  /** Longest wall clock of any run; each brings its own. */
  readonly wallMs: number;
  readonly memoryMb: number;
  readonly isolates: number;
  readonly capMb: number;
}

/** As the server sends them: a built package's guest code lies beside the runner, which reads it itself. */
export type SentSettings = Omit<RunnerSettings, 'platformSource'> & {
  readonly platformSource: PlatformSources | undefined;
};

/** One run as the runner gets it. `input` is JSON for the guest; `script`, `libraries` and `plugins` name what was sent before. */
export interface RunnerJob {
  readonly id: number;
  readonly file: string;
  readonly script: number;
  readonly input: string;
  readonly wallMs: number;
  readonly libraries: number;
  readonly plugins: number;
}

export type ToRunner =
  | { readonly t: 'start'; readonly settings: SentSettings }
  /** `only`: the scripts before it may be forgotten. */
  | { readonly t: 'script'; readonly script: number; readonly code: string; readonly only: boolean }
  | { readonly t: 'libraries'; readonly set: number; readonly libraries: LibrarySet }
  | { readonly t: 'plugins'; readonly set: number; readonly plugins: PluginSet }
  | ({ readonly t: 'run' } & RunnerJob)
  /** `json`: `{"v":…}` or `{"e":{"code","message"}}`. */
  | { readonly t: 'answer'; readonly id: number; readonly call: number; readonly json: string };

/** Room for JSON escapes around a checked text. */
const WITH_ESCAPES = 2;

const usageSchema = z.object({ cpuMs: z.number(), wallMs: z.number(), hostCalls: z.number() });
const logSchema = z
  .array(
    z.object({
      level: z.enum(['debug', 'info', 'warn', 'error']),
      text: z.string().max(MAX_LOG_LINE_CHARS * WITH_ESCAPES),
    }),
  )
  .max(MAX_LOG_LINES * WITH_ESCAPES)
  .refine((lines) => lines.reduce((sum, line) => sum + line.text.length, 0) <= MAX_LOG_CHARS * WITH_ESCAPES);

export const fromRunnerSchema = z.discriminatedUnion('t', [
  z.object({ t: z.literal('ready') }),
  z.object({ t: z.literal('beat'), rssMb: z.number() }),
  z.object({
    t: z.literal('call'),
    id: z.number(),
    call: z.number(),
    plugin: z.string(),
    name: z.string(),
    args: z.string().max(MAX_HOST_CALL_CHARS),
  }),
  z.object({
    t: z.literal('end'),
    id: z.number(),
    /** The guest's report, or one that the runner made. */
    report: z.string().max(MAX_RESULT_CHARS * WITH_ESCAPES),
    log: logSchema,
    usage: usageSchema,
    /** The runner ends because of this run, and why: it takes no other one. */
    ending: z.string().optional(),
  }),
  /** The runner ends itself now, and no run is known to be the cause: all of them may run again elsewhere. */
  z.object({ t: z.literal('doomed'), why: z.string() }),
]);
export type FromRunner = z.infer<typeof fromRunnerSchema>;
