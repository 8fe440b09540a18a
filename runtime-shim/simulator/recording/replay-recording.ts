import { codeOf, textOf } from '../../../plugin/contract/coded-error.ts';
import { together } from '../../../plugin/contract/text.ts';
import { userIdOf } from '../../../plugin/contract/lead.ts';
import type { LiveTexEmulator } from '../../emulator/emulator-contract.ts';
import type { Runtime } from '../../runtime/contract.ts';
import { groupNamed, hasUnread } from '../model/desk.ts';
import { type Difference, differencesOf, impossibleDeed } from './compare-outcomes.ts';
import { Recorder } from './recorder.ts';
import type { ReplayClock } from './replay-clock.ts';
import type { RecordedAction, DialogRecording } from './recording-schema.ts';

/** Runs of one wait: a periodic one may be due very often. */
const MAX_RUNS_OF_A_WAIT = 100;
/** The lead's id in its channel, where the recording has none. */
const EXTERNAL_ID = 'replay';

export interface ReplayResult {
  /** What happened this time, in the shape of the recording. */
  readonly played: DialogRecording;
  readonly differences: readonly Difference[];
}

/**
 * Plays a recorded dialog against a bot, one action after the other, each time waiting until nothing is left to do. The
 * emulator must have no operators; they are those of the recording.
 */
export async function replayRecording(
  recording: DialogRecording,
  on: {
    readonly runtime: Runtime;
    readonly emulator: LiveTexEmulator;
    /** Called when a deed changed who is online: an answer of before would be another one than in the recording. */
    readonly onOperators: () => void;
    /** What runtime and emulator tell the time by. It stands at the recording's moment, if that has one. */
    readonly clock: ReplayClock;
  },
): Promise<ReplayResult> {
  const { runtime, emulator, clock } = on;
  const { channel, externalId = EXTERNAL_ID } = recording.lead;
  const lead = { botId: runtime.botId, channel, externalId };
  const userId = userIdOf(lead);
  const operators = new Map(
    recording.operators.map(({ name, status, group }) => {
      const groupId = group === undefined ? {} : { groupId: groupNamed(emulator, group) };
      return [name, emulator.operators.add({ firstName: name, status, ...groupId }).id];
    }),
  );
  const recorder = new Recorder({
    botId: runtime.botId,
    operators: () => recording.operators,
    nameOf: () => recording.lead.name,
    now: () => clock.now(),
  });
  const stop = runtime.onActivity((activity) => recorder.observe(activity));
  const idOf = (name: string): string => {
    // Somebody who was added in the middle of the recording.
    const known = operators.get(name);
    if (known !== undefined) return known;
    const { id } = emulator.operators.add({ firstName: name, status: 'online' });
    operators.set(name, id);
    on.onOperators();
    return id;
  };
  const differences: Difference[] = [];
  const beganAt = clock.now();
  /** How much time the recording has let go by, ms. */
  let waited = 0;
  try {
    for (const [index, step] of recording.steps.entries()) {
      try {
        await clock.moveTo(beganAt + (step.after ?? 0) * 1_000, () => settle(runtime, emulator));
        await perform(step.deed);
      } catch (error) {
        const code = codeOf(error) ?? 'error';
        const text = textOf(error);
        const reason = together((language) => `${code}: ${text[language]}`);
        differences.push(impossibleDeed(index + 1, step.deed, reason));
        break;
      }
      await settle(runtime, emulator);
    }
  } finally {
    stop();
  }
  const played = recorder.recording(userId) ?? { ...recording, steps: [] };
  for (const [index, step] of recording.steps.entries()) {
    const got = played.steps[index];
    if (got === undefined) break;
    differences.push(...differencesOf(index + 1, step, got.outcome));
  }
  return { played, differences: differences.toSorted((a, b) => a.step - b.step) };

  /** Runs what is scheduled within the time, each as if it were due then. What time it is for scripts the steps say. */
  async function passTime(seconds: number): Promise<void> {
    waited += seconds * 1_000;
    for (let runs = 0; runs < MAX_RUNS_OF_A_WAIT; runs += 1) {
      const view = await runtime.lead(channel, externalId);
      const next = view?.scheduled.find(({ at }) => at <= clock.now() + waited);
      if (next === undefined) return;
      await runtime.hasten(channel, externalId, next.n);
      await settle(runtime, emulator);
    }
  }

  async function perform(action: RecordedAction): Promise<void> {
    if (action.does === 'say') {
      await runtime.receive({
        channel,
        externalId,
        name: recording.lead.name,
        ...(action.text === undefined ? {} : { text: action.text }),
        ...(action.files === undefined ? {} : { attachments: action.files }),
      });
      return;
    }
    recorder.action(userId, action);
    if (action.does === 'wait') return passTime(action.seconds);
    performAtDesk(emulator, userId, action, idOf);
    if (action.does === 'status') on.onOperators();
  }
}

/** Does what an operator did, at the emulator. @throws emulator_refused when that is not possible this time */
function performAtDesk(
  emulator: LiveTexEmulator,
  userId: string,
  action: Exclude<RecordedAction, { does: 'say' | 'wait' }>,
  idOf: (name: string) => string,
): void {
  const { dialogs, operators } = emulator;
  switch (action.does) {
    case 'status':
      return operators.setStatus(idOf(action.operator), action.status);
    case 'read':
      return dialogs.read(userId, idOf(action.operator));
    case 'reply':
      readFirst(action.operator);
      return dialogs.start(userId, idOf(action.operator), action.text);
    case 'file': {
      const { url, name } = action;
      readFirst(action.operator);
      return dialogs.sendFile(userId, idOf(action.operator), { url, ...(name === undefined ? {} : { name }) });
    }
    case 'transfer':
      return dialogs.transfer(userId, idOf(action.to));
    case 'close':
      return dialogs.close(userId, idOf(action.operator));
    case 'hold':
      return dialogs.hold(userId, action.text);
  }

  /** As on the page: who answers has read. */
  function readFirst(operator: string): void {
    if (hasUnread(dialogs.get(userId))) dialogs.read(userId, idOf(operator));
  }
}

/** Either side may give the other new work, so both must be still at once. */
async function settle(runtime: Runtime, emulator: LiveTexEmulator): Promise<void> {
  do {
    await emulator.webhooks.idle();
    await runtime.idle();
  } while (emulator.webhooks.pending() > 0);
}
