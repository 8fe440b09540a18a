import { codeOf, messageOf } from '../../plugin/contract/coded-error.ts';
import type { Clock } from '../../plugin/contract/host.ts';
import type { LeadRef } from '../../plugin/contract/lead.ts';
import type { ClaimedJob, Storage } from '../../plugin/storage/contract.ts';
import type { JobAttempt, JobFailure, JobOutcome } from '../../plugin/storage/lane-worker-contract.ts';
import { channelError } from './channel-errors.ts';
import { changeLeadState, parsePartJob, readLeadState } from './channel-records.ts';
import type { ChannelDriver, Part, SendContext, SendOutcome, Settled } from './contract.ts';
import { poorerParts } from './render-line.ts';
import { MUTED_TRY_MS, tell, type TakeContext } from './take-items.ts';

/** How long a part waits for a lead that has blocked the bot, before it is given up, ms. Our choice: as long as dead letters are kept. */
const MAX_MUTED_MS = 30 * 86_400_000;
/** Pause of a channel whose token is refused, ms. Our choice: whoever has mended it sees messages within a minute. */
const UNAUTHORISED_MS = 60_000;

export interface SendPorts extends Pick<TakeContext, 'told'> {
  readonly code: string;
  readonly driver: ChannelDriver;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly openLink: SendContext['openLink'];
  /** What is done about a message that may have arrived: sent again, or not. */
  readonly onUnknown: 'repeat' | 'drop';
  /** Waits until this lead may be sent the next message. */
  readonly pace: (lead: LeadRef, signal: AbortSignal) => Promise<void>;
  /** Told of each outcome. */
  readonly counted: (outcome: SendOutcome) => void;
}

/** Storage takes a wait of more than an hour for a clock that was set: a longer one is made of several, ms. */
const LONGEST_REST_MS = 45 * 60_000;

/** The job cannot be done now: what becomes of it stands in it. */
class NotSent extends Error {
  readonly failure: JobFailure;

  constructor(failure: JobFailure) {
    super('not sent');
    this.failure = failure;
  }
}

/** Sends the part of a job; what the lead may be sent no more waits in its lane. */
export async function sendPart(ports: SendPorts, job: ClaimedJob, { signal }: JobAttempt): Promise<JobOutcome> {
  const { storage, clock, onUnknown } = ports;
  const { lead, part } = parsePartJob(job.payload);
  const state = await storage.read((tx) => readLeadState(tx, lead));
  const now = clock.now();
  if (state.muted !== null && state.muted.tryAt > now) return rest(ports, job, state.muted.tryAt);
  // A process that died in between has left it in one of these: nobody here can say whether the messenger has it.
  const isLeft = state.sending === part.id;
  if (isLeft || job.attempts > 0 || (job.deaths ?? 0) > 0) {
    const found = await ask(ports, lead, part, state.mark, signal);
    if (found.is === 'arrived') return doneWith(lead, found.mark);
    if (isLeft && found.is === 'unknown') {
      return notRepeated(ports, lead, 'сервер остановился, пока сообщение отправлялось');
    }
  }
  if (onUnknown === 'drop' && !isLeft) {
    await storage.transaction((tx) => changeLeadState(tx, lead, { sending: part.id }));
  }
  const outcome = await trySend(ports, lead, part, state.mark, signal);
  ports.counted(outcome);
  if (onUnknown === 'drop' && outcome.is !== 'done' && outcome.is !== 'unknown') {
    await storage.transaction((tx) => changeLeadState(tx, lead, { sending: null }));
  }
  return endOf(ports, job, lead, outcome);
}

async function endOf(ports: SendPorts, job: ClaimedJob, lead: LeadRef, outcome: SendOutcome): Promise<JobOutcome> {
  const { storage, clock, driver, onUnknown } = ports;
  const { kind } = driver;
  if (outcome.is === 'done') return doneWith(lead, outcome.mark);
  const { why } = outcome;
  switch (outcome.is) {
    case 'later': {
      const { message } = channelError('channel_too_many', { kind, why });
      const until = clock.now() + Math.min(outcome.forMs, LONGEST_REST_MS);
      if (outcome.scope === 'channel') throw new NotSent({ do: 'pause', error: `channel_too_many: ${message}`, until });
      const error = `channel_unreachable: ${channelError('channel_unreachable', { kind, why }).message}`;
      throw new NotSent({ do: 'retry', error, notBefore: until });
    }
    case 'not_authorised': {
      const error = `channel_unauthorised: ${channelError('channel_unauthorised', { kind, why }).message}`;
      throw new NotSent({ do: 'pause', error, until: clock.now() + UNAUTHORISED_MS });
    }
    case 'refused': {
      const at = clock.now();
      const told = await storage.transaction(async (tx) => {
        const { muted } = await readLeadState(tx, lead);
        await changeLeadState(tx, lead, { muted: { at: muted?.at ?? at, tryAt: at + MUTED_TRY_MS } });
        if (muted !== null) return undefined;
        return await tell(
          tx,
          ports,
          lead,
          'warn',
          `лиду больше не написать (${why}): сообщения ждут, пока он не напишет`,
        );
      });
      told?.();
      return rest(ports, job, at + MUTED_TRY_MS);
    }
    case 'not_shown': {
      const text = `сообщение не показать ни в каком виде (${why})`;
      const error = `channel_not_shown: ${channelError('channel_not_shown', { kind, why }).message}`;
      return { end: { do: 'dead-letter', error }, commit: async (tx) => (await tell(tx, ports, lead, 'warn', text))() };
    }
    case 'unknown':
      if (onUnknown === 'drop') return notRepeated(ports, lead, why);
      throw channelError('channel_unknown', { kind, why });
  }
}

/** It arrived: the lead can be written to, and the talk stands at its mark. */
function doneWith(lead: LeadRef, mark: string | undefined): JobOutcome {
  return {
    commit: async (tx) => {
      const before = await readLeadState(tx, lead);
      const isSame = before.muted === null && (mark === undefined || mark === before.mark);
      if (!isSame) await changeLeadState(tx, lead, { muted: null, mark: mark ?? before.mark });
    },
  };
}

/** The head of the lane waits, and with it all that stands behind it; it is given up when it has waited for a month. */
function rest({ clock, driver }: SendPorts, job: ClaimedJob, until: number): JobOutcome {
  const { kind } = driver;
  if (clock.now() - job.enqueuedAt > MAX_MUTED_MS) {
    const why = 'it has waited for a month';
    const error = `channel_refused: ${channelError('channel_refused', { kind, why }).message}`;
    return { end: { do: 'dead-letter', error } };
  }
  throw new NotSent({ do: 'leave', until: Math.min(until, clock.now() + LONGEST_REST_MS) });
}

function notRepeated(ports: SendPorts, lead: LeadRef, why: string): JobOutcome {
  const text = `сообщение лиду могло не дойти и не повторено, как сказано в настройках (onUnknown): ${why}`;
  return { commit: async (tx) => (await tell(tx, ports, lead, 'warn', text))() };
}

/** Sends a part, in poorer forms where the messenger does not show it. */
async function trySend(
  ports: SendPorts,
  lead: LeadRef,
  part: Part,
  begin: string | null,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const { driver, openLink, pace } = ports;
  const left = [part];
  let mark = begin;
  for (let next = left.shift(); next !== undefined; next = left.shift()) {
    await pace(lead, signal);
    const sent = await driver.send(lead.externalId, next, { signal, openLink });
    const outcome = sent.is === 'unknown' ? await settled(ports, lead, next, mark, sent, signal) : sent;
    if (outcome.is === 'done') {
      mark = outcome.mark ?? mark;
      continue;
    }
    if (outcome.is !== 'not_shown') return outcome;
    const poorer = poorerParts(next, outcome.because, driver.traits);
    if (poorer === undefined) return outcome;
    left.unshift(...poorer);
  }
  return { is: 'done', ...(mark === null ? {} : { mark }) };
}

/** Where the platform can be asked, an unknown outcome becomes a known one. */
async function settled(
  ports: SendPorts,
  lead: LeadRef,
  part: Part,
  mark: string | null,
  outcome: Extract<SendOutcome, { readonly is: 'unknown' }>,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const found = await ask(ports, lead, part, mark, signal);
  if (found.is === 'arrived') return { ...found, is: 'done' };
  if (found.is === 'unknown') return outcome;
  return { is: 'later', forMs: 0, scope: 'lead', why: outcome.why };
}

async function ask(
  { driver }: SendPorts,
  lead: LeadRef,
  part: Part,
  mark: string | null,
  signal: AbortSignal,
): Promise<Settled> {
  return (await driver.settle?.(lead.externalId, part, mark, signal)) ?? { is: 'unknown' };
}

/** What follows from a try that failed. */
export function classifySend(error: unknown): JobFailure {
  if (error instanceof NotSent) return error.failure;
  return { do: 'retry', error: `${codeOf(error) ?? 'internal'}: ${messageOf(error)}` };
}
