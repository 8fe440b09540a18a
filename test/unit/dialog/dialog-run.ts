import type { DialogEvent, DialogState } from '../../../plugin/contract/dialog.ts';
import type { Group } from '../../../plugin/contract/groups.ts';
import type { ScriptRef, ScriptType } from '../../../plugin/contract/script-types.ts';
import { NEW_DIALOG } from '../../../plugin/dialog/dialog-state.ts';
import type { Effect } from '../../../plugin/dialog/effect.ts';
import type { Facts, TransitionContext } from '../../../plugin/dialog/facts.ts';
import { transition } from '../../../plugin/dialog/transition.ts';

export interface DialogRunOptions {
  readonly scripts?: readonly ScriptType[];
  readonly availability?: Facts['availability'];
  readonly pickupMs?: number;
  readonly replyMs?: number;
  readonly liveTexTime?: number | null;
  readonly exitScript?: ScriptRef | null;
  readonly settings?: Partial<TransitionContext['settings']>;
}

/** Drives the pure machine through events and keeps what it wanted done, without metrics. */
export interface DialogRun {
  state: DialogState;
  now: number;
  options: DialogRunOptions;
  /** Feeds events one after another; returns the effects of the last one. */
  feed(...events: DialogEvent[]): Effect[];
}

export const ANNA = { id: 'a', name: 'Анна Котова' };
export const BORIS = { id: 'b', name: 'Борис' };
export const TRANSFER_MS = 120_000;

export const groupIn = (id: string, online: boolean, free = online): Group => ({
  id,
  name: `Группа ${id}`,
  online,
  free,
});
export const ONLINE = { groups: [groupIn('g1', true)] };
export const NOBODY = { groups: [groupIn('g1', false)] };
export const UNKNOWN = { groups: null, reason: 'LiveTex is down' };

export function startDialog(options: DialogRunOptions = {}): DialogRun {
  const run: DialogRun = {
    state: NEW_DIALOG,
    now: 1_000_000,
    options,
    feed(...events) {
      let effects: readonly Effect[] = [];
      for (const event of events) {
        const result = transition(run.state, event, contextOf(run));
        run.state = result.state;
        effects = result.effects;
      }
      return effects.filter((effect) => effect.do !== 'count' && effect.do !== 'turnAway');
    },
  };
  return run;
}

function contextOf({ now, options }: DialogRun): TransitionContext {
  return {
    now,
    settings: { reserveGroups: [], reopenOnOperatorText: true, ...options.settings },
    liveTexTime: options.liveTexTime ?? null,
    timeouts: { transferMs: TRANSFER_MS, pickupMs: options.pickupMs ?? null, replyMs: options.replyMs ?? null },
    facts: {
      availability: options.availability ?? ONLINE,
      profile: { name: 'Иван', attributes: { номер_заявки: '705' } },
      scripts: new Set(options.scripts),
      exitScript: options.exitScript ?? null,
    },
  };
}

/** A dialog that LiveTex has accepted, its first transfer. */
export function waitingDialog(options: DialogRunOptions = {}): DialogRun {
  const run = startDialog(options);
  run.feed({ type: 'TransferRequested' }, { type: 'Selected', transfer: 1, notBefore: null });
  return run;
}

/** A dialog that Anna has opened. */
export function operatorDialog(options: DialogRunOptions = {}): DialogRun {
  const run = waitingDialog(options);
  run.feed({ type: 'EmployeeRead', at: null, employee: ANNA });
  return run;
}

export const text = (words: string, employee: { id: string; name: string } | null = ANNA, at: number | null = null) =>
  ({ type: 'OperatorText', at, employee, text: words }) as const;
export const closed = (at: number | null = null) => ({ type: 'Closed', at }) as const;
export const leadSays = (words: string) => ({ type: 'LeadMessage', content: { text: words } }) as const;
export const botSays = (words: string) => ({ type: 'BotMessage', content: { text: words } }) as const;

/** `notice:transferred`, `run:return`, …: what is done, short enough to compare in one line. */
export function short(effects: readonly Effect[]): string[] {
  return effects.map((effect) => {
    switch (effect.do) {
      case 'notice':
        return effect.operator === undefined ? `notice:${effect.notice}` : `notice:${effect.notice}:${effect.operator}`;
      case 'run':
        return `run:${'type' in effect.script ? effect.script.type : effect.script.code}:${effect.cause}${effect.duringTransfer ? ':during' : ''}`;
      case 'showText':
        return `show:${effect.operator ?? '-'}:${effect.text}`;
      case 'showFile':
        return `file:${effect.operator ?? '-'}:${effect.file.url}`;
      case 'mirror':
        return `mirror:${effect.from}:${effect.content.text ?? ''}`;
      case 'forwarded':
        return `forwarded:${effect.forwarded}`;
      case 'select':
        return `select:${effect.transfer}${effect.again ? ':again' : ''}`;
      case 'schedule':
      case 'unschedule':
        return `${effect.do}:${effect.timer}`;
      case 'authorLog':
        return `log:${effect.level}`;
      case 'count':
        return `count:${effect.outcome}`;
      case 'turnAway':
        return 'turnAway';
    }
  });
}
