import type { Content } from '../contract/message.ts';
import type { Effect } from '../dialog/effect.ts';
import { noticeText, type NewDelivery, fileDeliveries, textDeliveries } from './delivery-of.ts';
import { mirrorMessage, mirrorSettings } from '../mirror/mirror-message.ts';
import type { NewJob, Transaction } from '../storage/contract.ts';
import { keepTurnedAway } from '../core/transfer-store.ts';
import type { Binding, PluginContext } from '../core/plugin-context.ts';
import {
  type HostJob,
  type LiveTexJob,
  dialogJob,
  HOST_QUEUE,
  hostJob,
  hostJobSchema,
  liveTexJob,
  DIALOG_QUEUE,
  dialogLane,
} from '../core/jobs.ts';

/** Stores what a transition wants done: jobs in their lanes, in order, and timers. Part of the transition's transaction. */
export async function performEffects(
  tx: Transaction,
  context: Pick<PluginContext, 'newId' | 'clock'>,
  binding: Binding,
  userId: string,
  effects: readonly Effect[],
): Promise<void> {
  const lane = dialogLane(binding.id, userId);
  const jobs: NewJob[] = [];
  for (const effect of effects) {
    jobs.push(...jobsOf(effect));
    if ((effect.do === 'showText' || effect.do === 'showFile') && effect.isOvertaken)
      jobs.push(...(await takeLaterOnes(tx, lane, effect.sentAt ?? 0)));
  }
  if (jobs.length > 0) await tx.enqueue(jobs);
  for (const effect of effects) {
    if (effect.do === 'schedule') {
      const { timer, transfer, number, at } = effect;
      const job = dialogJob(lane, { type: 'TimerFired', timer, transfer, number });
      await tx.schedule({ id: `${lane}/${timer}`, at, job });
    } else if (effect.do === 'unschedule') {
      await tx.unschedule(DIALOG_QUEUE, `${lane}/${effect.timer}`);
    } else if (effect.do === 'turnAway') {
      const { do: _, ...request } = effect;
      await keepTurnedAway(tx, lane, { ...request, requestedAt: context.clock.now() });
    }
  }

  function jobsOf(effect: Effect): NewJob[] {
    switch (effect.do) {
      case 'mirror':
        return mirrorMessage(effect.from, mirroredContent(effect, binding.config), mirrorSettings(binding.config)).map(
          toLiveTex,
        );
      case 'select': {
        const { transfer, again, selection } = effect;
        return [toLiveTex({ kind: 'selectDestination', transfer, again, ...selection })];
      }
      case 'notice': {
        const { notices, waiting } = binding.config;
        const text = noticeText({ ...notices, waiting: waiting?.text ?? '' }, effect.notice, effect.operator);
        return text === undefined ? [] : [deliver({ kind: 'notice', text })];
      }
      case 'showText':
        return textDeliveries(effect).map(deliver);
      case 'showFile':
        return fileDeliveries(effect).map(deliver);
      case 'forwarded':
        return [toHost({ kind: 'setForwarded', id: context.newId(), forwarded: effect.forwarded })];
      case 'run': {
        const { script, cause, duringTransfer } = effect;
        return [toHost({ kind: 'runScript', id: context.newId(), script, cause, duringTransfer })];
      }
      case 'authorLog':
        return [toHost({ kind: 'authorLog', level: effect.level, text: effect.text })];
      case 'schedule':
      case 'unschedule':
      case 'count':
      case 'turnAway':
        return [];
    }
  }

  function deliver(delivery: NewDelivery | { kind: 'notice'; text: string }): NewJob {
    return toHost({ kind: 'deliver', delivery: { ...delivery, id: context.newId(), at: context.clock.now() } });
  }

  function toHost(job: HostJob): NewJob {
    return hostJob(lane, job);
  }

  function toLiveTex(job: LiveTexJob): NewJob {
    return liveTexJob(binding.id, userId, job);
  }
}

/** Waiting calls of one lead that are looked at. Our choice: what a platform that stands still for a minute lets gather. */
const MAX_WAITING = 100;

/**
 * Takes those of an operator's messages that were sent later, and still wait at the end of the lead's lane, out of it, to be put
 * behind the one that they overtook. What is under way, or was tried, stays where it is: it may have been shown.
 */
async function takeLaterOnes(tx: Transaction, lane: string, sentAt: number): Promise<NewJob[]> {
  const waiting = await tx.listJobs(HOST_QUEUE, lane, MAX_WAITING);
  const taken: NewJob[] = [];
  for (const { id, payload, attempts } of waiting.length < MAX_WAITING ? waiting.toReversed() : []) {
    const job = hostJobSchema.parse(payload);
    const isLater = job.kind === 'deliver' && job.delivery.kind !== 'notice' && (job.delivery.sentAt ?? 0) > sentAt;
    if (!isLater || attempts > 0 || !(await tx.drop(id))) break;
    // As it was stored: it has the ids of its own cause.
    taken.unshift({ queue: HOST_QUEUE, lane, kind: job.kind, payload });
  }
  return taken;
}

/** Above the corrected text of an earlier message: an operator must not take it for a new one. */
const CORRECTION = 'Исправлено:';

/** A lead's message as the operator reads it: a correction under a mark, a menu item's code with its caption where that is wanted. */
function mirroredContent(
  { content, choice, isEdit }: Extract<Effect, { do: 'mirror' }>,
  { menuChoice }: Binding['config'],
): Content {
  const { text = '' } = content;
  if (isEdit) return { ...content, text: `${CORRECTION}\n${text}` };
  return choice !== undefined && menuChoice === 'code_and_caption'
    ? { ...content, text: `${text} ${choice}` }
    : content;
}
