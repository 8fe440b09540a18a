/**
 * What set something going, followed through: it is kept with every job, so that the log, the timeline and the platform can name the
 * cause of what happens minutes, retries and restarts later. Inside a step it travels with the asynchronous call, so that no function has to pass it on.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { z } from 'zod';
import type { Logger, Origin } from '../contract/host.ts';
import type { Json } from '../storage/contract.ts';

const current = new AsyncLocalStorage<Origin>();

/** A job that was stored by an older version has none; one that cannot be read is none. */
const originSchema = z.object({
  binding: z.string().optional(),
  transfer: z.number().optional(),
  platformEvent: z.string().optional(),
  livetexEvent: z.string().optional(),
  traceparent: z.string().optional(),
});

/** The origin of what is under way now. */
export function originNow(): Origin | undefined {
  return current.getStore();
}

/** Runs `act`, and whatever it calls and awaits, as caused by this; what is known already and not named again stays. */
export function withOrigin<T>(origin: Origin | undefined, act: () => T): T {
  if (origin === undefined) return act();
  return current.run({ ...current.getStore(), ...origin }, act);
}

/** The same, with nothing of what is known already: for what came from outside, or out of the storage. */
export function fromOrigin<T>(origin: Origin, act: () => T): T {
  return current.run(origin, act);
}

/** A job's payload with its origin. */
export function stamped(payload: Readonly<Record<string, Json>>): Json {
  const origin = originNow();
  return origin === undefined ? payload : { ...payload, origin: { ...origin } };
}

/** The origin that a job was stored with. */
export function originOf(payload: Json): Origin | undefined {
  const origin = typeof payload === 'object' && payload !== null && 'origin' in payload ? payload.origin : undefined;
  // Parsed values leave absent fields out, which zod's types do not say.
  return originSchema.safeParse(origin).data as Origin | undefined;
}

/** `{ origin }`, or nothing: for what is handed to the platform. */
export function originField(): { readonly origin?: Origin } {
  const origin = originNow();
  return origin === undefined ? {} : { origin };
}

/** The platform's log, each line with the ids of its cause. */
export function logWithOrigin(logger: Logger): Logger {
  const line =
    (level: keyof Logger) =>
    (message: string, facts?: Readonly<Record<string, unknown>>): void =>
      logger[level](message, originNow() === undefined ? facts : { ...originNow(), ...facts });
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}
