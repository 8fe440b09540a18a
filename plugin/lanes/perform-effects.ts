import type { Effect } from '../dialog/effect.ts';
import { noticeText } from '../dialog/notice-text.ts';
import { mirrorMessage } from '../mirror/mirror-message.ts';
import type { NewJob, Transaction } from '../storage/contract.ts';
import type { Binding } from './bindings.ts';
import { type NewDelivery, fileDeliveries, textDeliveries } from './delivery-of.ts';
import type { HostJob } from './host-job.ts';
import type { LiveTexJob } from './livetex-job.ts';
import { dialogJob, hostJob, liveTexJob } from './new-jobs.ts';
import type { PluginParts } from './plugin-parts.ts';
import { DIALOG_QUEUE, dialogLane } from './queue-names.ts';

/** Stores what a transition wants done: jobs in their lanes, in order, and timers. Part of the transition's transaction. */
export async function performEffects(
  tx: Transaction,
  parts: Pick<PluginParts, 'newId' | 'clock'>,
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
        return [toHost({ kind: 'setForwarded', id: parts.newId(), forwarded: effect.forwarded })];
      case 'run': {
        const { type, cause, duringTransfer } = effect;
        return [toHost({ kind: 'runScript', id: parts.newId(), script: { type }, cause, duringTransfer })];
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
    return toHost({ kind: 'deliver', delivery: { ...delivery, id: parts.newId(), at: parts.clock.now() } });
  }

  function toHost(job: HostJob): NewJob {
    return hostJob(lane, job);
  }

  function toLiveTex(job: LiveTexJob): NewJob {
    return liveTexJob(binding.id, userId, job);
  }
}
