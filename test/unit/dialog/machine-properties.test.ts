/** Any events in any order: the state stays one that can be, no timer is left behind, and no fact is missed. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type DialogEvent,
  type TimerName,
  type DialogState,
  dialogStateSchema,
} from '../../../plugin/contract/dialog.ts';
import type { ScriptType } from '../../../plugin/contract/script-types.ts';
import { NEW_DIALOG } from '../../../plugin/dialog/dialog-state.ts';
import type { Effect } from '../../../plugin/dialog/effect.ts';
import { mayNeedFacts, needsOf, type Facts, type TransitionContext } from '../../../plugin/dialog/facts.ts';
import { transition } from '../../../plugin/dialog/transition.ts';
import { groupIn, NOBODY, ONLINE, UNKNOWN } from './dialog-run.ts';

/** `PROPERTY_RUNS` for a long search. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 300);
/** Only ends a hang. */
const LONG_TEST_MS = 600_000;
const START = 1_000_000;

const at = fc.option(fc.integer({ min: START, max: START + 60 }));
const transfer = fc.integer({ min: 1, max: 4 });
const employee = fc.constantFrom({ id: 'a', name: 'Анна' }, { id: 'b', name: 'Борис' }, { id: 'c', name: '' });
const scriptType = fc.option(fc.constantFrom<ScriptType>('return', 'no_operators'), { nil: undefined });
const words = fc.constantFrom('текст', '', ' ', '/bot', '/operator');
const file = { url: 'https://example.com/f', name: null, size: null, comment: null };
const event: fc.Arbitrary<DialogEvent> = fc.oneof(
  fc.record({
    type: fc.constantFrom('LeadMessage', 'BotMessage'),
    content: fc.constantFrom({ text: 'слова' }, { text: ' Бот! ' }),
  }),
  fc.record({ type: fc.constant('LeaveMessageRequested'), group: fc.constantFrom('g1', 'нет такой') }),
  fc.record({
    type: fc.constant('TransferRequested'),
    scriptType,
    group: fc.constantFrom('g1', 'Группа g2', 'нет такой'),
    reserve: fc.subarray(['g2', 'нет такой']),
    ignoreOffline: fc.boolean(),
  }),
  fc.record({ type: fc.constant('ReturnRequested'), scriptType }),
  fc.record({ type: fc.constant('BotStumbled'), kind: fc.constantFrom('script_error', 'misunderstanding') }),
  fc.record({ type: fc.constant('Selected'), transfer, notBefore: at }),
  fc.record({ type: fc.constant('SelectionRefused'), transfer, reason: fc.constant('нет') }),
  fc.record({
    type: fc.constant('TimerFired'),
    timer: fc.constantFrom<TimerName>('transfer', 'pickup', 'reply', 'waiting'),
    transfer,
    number: fc.nat(4),
  }),
  fc.record({
    type: fc.constant('SelectionAsked'),
    receivedAt: fc.integer({ min: START, max: START + 60 }),
    groups: fc.subarray([groupIn('g1', false), groupIn('g2', false)]),
  }),
  fc.record({ type: fc.constant('EmployeeRead'), at, employee }),
  fc.record({ type: fc.constant('OperatorText'), at, employee: fc.option(employee), text: words }),
  fc.record({ type: fc.constant('OperatorFile'), at, employee: fc.option(employee), ...constants(file) }),
  fc.record({ type: fc.constant('HoldText'), at, text: words }),
  fc.record({ type: fc.constant('Closed'), at }),
);

function constants<Values extends object>(values: Values): { [Key in keyof Values]: fc.Arbitrary<Values[Key]> } {
  const entries = Object.entries(values).map(([key, value]) => [key, fc.constant(value)]);
  return Object.fromEntries(entries) as { [Key in keyof Values]: fc.Arbitrary<Values[Key]> };
}

interface Known {
  readonly availability: NonNullable<Facts['availability']>;
  readonly scripts: readonly ScriptType[];
  readonly liveTexTime: number | null;
}
const known: fc.Arbitrary<Known> = fc.record({
  availability: fc.constantFrom<NonNullable<Facts['availability']>>(
    ONLINE,
    NOBODY,
    UNKNOWN,
    { groups: [] },
    { groups: [groupIn('g1', true, false), groupIn('g2', true)] },
  ),
  scripts: fc.subarray<ScriptType>(['return', 'transfer', 'no_operators', 'operator_timeout']),
  liveTexTime: at,
});
const timeouts = fc.record({
  transferMs: fc.constant(120_000),
  pickupMs: fc.constantFrom(null, 60_000),
  replyMs: fc.constantFrom(null, 60_000),
});

const settings: fc.Arbitrary<TransitionContext['settings']> = fc.record({
  reserveGroups: fc.subarray(['g1', 'Группа g2']),
  schedule: fc.constantFrom(undefined, { timeZone: 'UTC', hours: { mon: '09:00-18:00' }, days: {} }),
  exit: fc.constantFrom(undefined, { phrases: ['бот'], script: 'return' }),
  reopenOnOperatorText: fc.boolean(),
  safetyNet: fc.constantFrom(undefined, { scriptErrors: 1 }, { scriptErrors: 2, misunderstandings: 2 }),
  waiting: fc.constantFrom(undefined, { text: 'Подождите', everySeconds: 60, times: 2 }),
});

test(
  'whatever happens, in whatever order',
  () => {
    const story = fc.array(fc.tuple(event, known), { minLength: 1, maxLength: 60, size: 'max' });
    fc.assert(
      fc.property(story, timeouts, settings, (steps, limits, ours) => {
        let state = NEW_DIALOG;
        const timers = new Set<TimerName>();
        for (const [index, [happened, facts]] of steps.entries()) {
          const context = {
            now: START + index,
            liveTexTime: facts.liveTexTime,
            timeouts: limits,
            settings: ours,
            facts: factsFor(state, happened, facts, ours),
          };
          const result = transition(state, happened, context);
          checkStep(state, result.state, result.effects);
          for (const effect of result.effects) {
            if (effect.do === 'schedule') timers.add(effect.timer);
            if (effect.do === 'unschedule') timers.delete(effect.timer);
          }
          if (happened.type === 'TimerFired') timers.delete(happened.timer);
          state = result.state;
          expect([...timers].filter((timer) => !mayRun(state, timer))).toEqual([]);
        }
        const end = { now: START, liveTexTime: null, timeouts: limits, settings: ours };
        const context = { ...end, facts: { scripts: new Set<ScriptType>() } };
        expect(transition(state, { type: 'ReturnRequested' }, context).state.mode).toBe('bot');
      }),
      { numRuns: RUNS },
    );
  },
  LONG_TEST_MS,
);

/** Those that the runner would fetch, and no others: a transition that asks for more throws. */
function factsFor(
  state: DialogState,
  happened: DialogEvent,
  { availability, scripts }: Known,
  ours: TransitionContext['settings'],
): TransitionContext['facts'] {
  const needs = needsOf(state, happened, ours);
  const mayNeed = mayNeedFacts(happened, ours);
  const nothing = { transfer: false, profile: false, scripts: [], exitScript: false };
  expect(needs).toEqual(mayNeed ? needs : nothing);
  expect(needs).toEqual(mayNeedFacts(happened, ours, state) ? needs : nothing);
  if (!mayNeed) return {};
  return {
    scripts: new Set(needs.scripts.filter((type) => scripts.includes(type))),
    ...(needs.profile ? { profile: { name: 'Иван', attributes: {} } } : {}),
    ...(needs.transfer ? { availability } : {}),
    ...(needs.exitScript ? { exitScript: scripts.includes('return') ? { type: 'return' } : null } : {}),
  };
}

function checkStep(before: DialogState, after: DialogState, effects: readonly Effect[]): void {
  expect(dialogStateSchema.parse(after)).toEqual(after);
  expect(after.forwarded).toBe(after.mode === 'waiting' || after.mode === 'operator');
  expect(after.employee !== null).toBe(after.mode === 'operator');
  expect(after.selection === null).toBe(after.mode === 'bot' && !after.messageLeft);
  expect(after.messageLeft && after.mode !== 'bot').toBe(false);
  expect(after.stumbles !== null && after.mode !== 'bot').toBe(false);
  // A request, a message that is left, or an operator who writes first; taking a message that was left is no new transfer.
  const began = before.mode === 'bot' && (after.mode !== 'bot' || (after.messageLeft && !before.messageLeft));
  const isTaken = before.messageLeft && after.transfer === before.transfer;
  expect(after.transfer - before.transfer).toBe(began && !isTaken ? 1 : 0);
  const count = (match: (effect: Effect) => boolean): number => effects.filter(match).length;
  const isUnnamed = before.mode === 'bot' && after.mode === 'waiting';
  const accepted = (before.mode === 'transferring' && after.forwarded) || isUnnamed ? 1 : 0;
  const passed = passedThrough(before, after, effects);
  const told = count((effect) => effect.do === 'notice' && effect.notice === 'transferred');
  // Of a message that was left it is told only when LiveTex does not say who has come.
  const mayBeSilent = passed === 1 && before.messageLeft && told === 0;
  expect(mayBeSilent || told === accepted + passed).toBe(true);
  const flips = effects.flatMap((effect) => (effect.do === 'forwarded' ? [effect.forwarded] : []));
  expect(flips.at(-1) ?? before.forwarded).toBe(after.forwarded);
  // The lead is told of a change before it hears the operator.
  const connected = effects.findIndex((effect) => effect.do === 'notice' && effect.notice === 'operatorConnected');
  const shown = effects.findIndex((effect) => effect.do === 'showText' || effect.do === 'showFile');
  expect(connected >= 0 && shown >= 0 && shown < connected).toBe(false);
  const isTheSame = before.employee !== null && before.employee.id === after.employee?.id;
  expect(isTheSame && connected >= 0).toBe(false);
}

/** An operator whose very first word is /bot, without a script for it: accepted, connected and returned in one step. */
function passedThrough(before: DialogState, after: DialogState, effects: readonly Effect[]): number {
  const returned = effects.some((effect) => effect.do === 'notice' && effect.notice === 'returned');
  return (before.mode === 'transferring' || before.messageLeft) && after.mode === 'bot' && returned ? 1 : 0;
}

function mayRun(state: DialogState, timer: TimerName): boolean {
  switch (timer) {
    case 'transfer':
      return state.mode === 'transferring';
    case 'pickup':
      return state.mode === 'waiting';
    case 'reply':
      return state.replyTimer !== null;
    case 'waiting':
      return state.waits !== null && state.mode === 'waiting';
  }
}
