import { messageOf } from '../contract/coded-error.ts';
import type { Readiness } from '../contract/plugin.ts';
import { liveTexQueue } from '../core/jobs.ts';
import type { Binding, PluginContext } from '../core/plugin-context.ts';
import { createProbe, pauseOf, steadyTime } from '../storage/index.ts';
import type { TokenWatch } from './tokens.ts';

/** A pause that LiveTex asked for, or an outage, ends by itself and needs nobody, so it does not make a binding unready. */
const PASSING_REASONS = ['livetex_rate_limited', 'livetex_timeout', 'livetex_unreachable'];
/** Leads would be told that they are with an operator, and never hear one. */
const NO_WEBHOOK = 'has no "webhook" (publicUrl and key), so answers of operators cannot arrive';
/** LiveTex is asked again about a token that it refused after this, ms, when somebody asks for the state. Our choice: as often as a queue that is held back. */
const ASK_AGAIN_MS = 30_000;
/** Bindings asked side by side. Our choice: 300 at once would be a burst, one after the other would take minutes. */
const ASKED_AT_ONCE = 16;

/** What others know to be wrong: of a binding (`undefined`: nothing), and of all of it. */
interface KnownProblems {
  readonly ofBinding: (bindingId: string) => string | undefined;
  readonly ofProcess: () => readonly string[];
}

/** Tells at the start, and of a binding that comes later, what is not an error but takes half of the dialogs away. */
export function warnOfMissingWebhooks(logger: PluginContext['logger'], bindings: readonly Binding[]): void {
  for (const { id, config, leavingSince } of bindings) {
    if (config.webhook !== undefined || leavingSince !== null) continue;
    logger.error(`LiveTex binding ${NO_WEBHOOK}`, { binding: id });
  }
}

/** The state of the process and of each binding: from memory, and within a second. */
export function createReadiness(
  context: PluginContext,
  tokens: TokenWatch,
  known: KnownProblems,
): () => Promise<Readiness> {
  const { storage, clock } = context;
  const steady = steadyTime(clock);
  const askedAt = new Map<string, number>();
  const ping = createProbe(() => storage.ping(), clock);
  const pauses = createProbe(() => storage.read((tx) => tx.listPauses()), clock);
  const unknown = createProbe(askLiveTex, clock);

  return async () => {
    const [ofStorage, held] = await Promise.all([storageReasons(), pauses(), unknown()]);
    const reasons = [...known.ofProcess(), ...ofStorage];
    const paused = new Map(held.is === 'answered' ? held.value.map((pause) => [pause.queue, pauseOf(pause).code]) : []);
    const bindings = Object.fromEntries(
      staying().map((binding) => {
        const problems = problemsOf(binding, paused.get(liveTexQueue(binding.id)));
        return [binding.id, { ready: problems.length === 0, reasons: problems }];
      }),
    );
    // One tenant's refused token must not take the process away from the others; when nobody is served, it serves nobody.
    const states = Object.entries(bindings);
    if (reasons.length === 0 && states.length > 0 && states.every(([, { ready }]) => !ready)) {
      for (const [id, state] of states) reasons.push(...state.reasons.map((why) => `LiveTex binding "${id}": ${why}`));
    }
    return { ready: reasons.length === 0, reasons, bindings };
  };

  /** One that was removed only ends what it has. */
  function staying(): Binding[] {
    return context.bindings.all.filter(({ leavingSince }) => leavingSince === null);
  }

  async function storageReasons(): Promise<string[]> {
    const answer = await ping();
    const { recent, damage } = storage.failures();
    const said = new Set<string>();
    if (answer.is === 'failed') said.add(`storage: ${messageOf(answer.error)}`);
    if (answer.is === 'silent') said.add(`storage: no answer for ${answer.forMs} ms`);
    if (recent !== null) said.add(`storage: ${recent.message}`);
    if (damage !== null) said.add(`storage: ${damage}`);
    return [...said];
  }

  function problemsOf({ id, config }: Binding, pause: string | undefined): string[] {
    const paused = pause === undefined || PASSING_REASONS.includes(pause) ? undefined : `its queue is paused: ${pause}`;
    const webhook = config.webhook === undefined ? NO_WEBHOOK : known.ofBinding(id);
    return [tokens.problemOf(id) ?? paused, webhook].filter((problem) => problem !== undefined);
  }

  /** After a start without traffic nobody has asked LiveTex yet, and one who has mended a token may have none. An outage is no reason: the lanes wait for its end. */
  async function askLiveTex(): Promise<void> {
    const now = steady();
    const toAsk = staying().filter(({ id }) => {
      const isOpen = !tokens.isKnown(id) || tokens.problemOf(id) !== undefined;
      return isOpen && now - (askedAt.get(id) ?? -Infinity) >= ASK_AGAIN_MS;
    });
    for (const { id } of toAsk) askedAt.set(id, now);
    await sideBySide(toAsk, ASKED_AT_ONCE, async ({ client }) => {
      await client.availability();
    });
  }
}

/** Does something for each, at most so many at one time. */
export async function sideBySide<Item>(
  items: readonly Item[],
  most: number,
  act: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const oneAfterTheOther = async (): Promise<void> => {
    for (const item of left) await act(item);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, oneAfterTheOther));
}
