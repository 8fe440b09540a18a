import type { Effect } from '../dialog/effect.ts';
import { noticeText, type NewDelivery, fileDeliveries, textDeliveries } from './delivery-of.ts';
import { mirrorMessage } from '../mirror/mirror-message.ts';
import type { NewJob, Transaction } from '../storage/contract.ts';
import type { Binding, PluginContext } from '../core/plugin-context.ts';
import {
  type HostJob,
  type LiveTexJob,
  dialogJob,
  hostJob,
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
  const jobs = effects.flatMap((effect) => jobsOf(effect));
  if (jobs.length > 0) await tx.enqueue(jobs);
  for (const effect of effects) {
    if (effect.do === 'schedule') {
      const { timer, transfer, number, at } = effect;
      const job = dialogJob(lane, { type: 'TimerFired', timer, transfer, number });
      await tx.schedule({ id: `${lane}/${timer}`, at, job });
    } else if (effect.do === 'unschedule') {
      await tx.unschedule(DIALOG_QUEUE, `${lane}/${effect.timer}`);
    }
  }

  function jobsOf(effect: Effect): NewJob[] {
    switch (effect.do) {
      case 'mirror':
        return mirrorMessage(effect.from, effect.content, {
          headers: { bot: binding.config.botMessageHeader, lead: binding.config.leadMessageHeader },
          maxTextLength: binding.config.maxTextLength,
        }).map((request) => toLiveTex(request));
      case 'select': {
        const { transfer, again, selection } = effect;
        return [toLiveTex({ kind: 'selectDestination', transfer, again, ...selection })];
      }
      case 'notice': {
        const text = noticeText(binding.config.notices, effect.notice, effect.operator);
        return text === undefined ? [] : [deliver({ kind: 'notice', text })];
      }
      case 'showText':
        return textDeliveries(effect).map(deliver);
      case 'showFile':
        return fileDeliveries(effect).map(deliver);
      case 'forwarded':
        return [toHost({ kind: 'setForwarded', id: context.newId(), forwarded: effect.forwarded })];
      case 'run': {
        const { type, cause, duringTransfer } = effect;
        return [toHost({ kind: 'runScript', id: context.newId(), script: { type }, cause, duringTransfer })];
      }
      case 'authorLog':
        return [toHost({ kind: 'authorLog', level: effect.level, text: effect.text })];
      case 'schedule':
      case 'unschedule':
      case 'count':
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
