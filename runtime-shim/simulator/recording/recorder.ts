import { type LeadRef, userIdOf } from '../../../plugin/contract/lead.ts';
import type { RuntimeActivity, TranscriptMessage } from '../../runtime/contract.ts';
import {
  type RecordedAction,
  MAX_STEPS,
  type Outcome,
  type DialogRecording,
  RECORDING_FORMAT,
  type RecordedError,
  type Seen,
} from './recording-schema.ts';

/** Leads recorded at once; the oldest recording makes room. Bounds memory. */
const MAX_RECORDINGS = 200;

interface Recording {
  readonly lead: DialogRecording['lead'];
  /** As they were when the recording began. */
  readonly operators: DialogRecording['operators'];
  /** Unix ms. */
  readonly beganAt: number;
  readonly steps: Array<{ readonly after: number; readonly deed: RecordedAction; readonly outcome: MutableOutcome }>;
}

interface MutableOutcome {
  sees?: Seen[];
  scripts?: string[];
  errors?: RecordedError[];
  mode?: NonNullable<Outcome['mode']>;
  header?: Record<string, string>;
}

export interface RecorderOptions {
  readonly botId: string;
  readonly operators: () => DialogRecording['operators'];
  readonly nameOf: (userId: string) => string;
  readonly now: () => number;
  /** Has the bot settings of the author's (`--config`)? */
  readonly withSettings?: boolean;
}

/** Writes down, for each lead, who did what and what came of it: what happens until the next action belongs to the last one. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #recordings = new Map<string, Recording>();

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** An operator did something; without a lead (a status) it is a step of every dialog. */
  action(userId: string | undefined, action: Exclude<RecordedAction, { does: 'say' }>): void {
    const recordings = userId === undefined ? [...this.#recordings.values()] : [this.#recordings.get(userId)];
    for (const recording of recordings) if (recording !== undefined) this.#addStep(recording, action);
  }

  observe(activity: RuntimeActivity): void {
    if (activity.kind === 'message') {
      const userId = userIdOf(activity.lead);
      // A correction runs nothing, and a recording has no ids to name what it corrects.
      if (activity.message.edits !== undefined) return;
      if (activity.message.from === 'lead')
        this.#addStep(this.#recordingOf(userId, activity.lead), said(activity.message));
      else this.#outcome(userId, (then) => (then.sees ??= []).push(seen(activity.message)));
    } else if (activity.kind === 'script') {
      // A script tells that it begins, and then of each of its files; a file is worth a line when it failed.
      if (activity.file !== undefined && activity.error === undefined) return;
      const { lead, script, error } = activity;
      const failed = error === undefined ? '' : ` ! ${error.code}`;
      this.#outcome(userIdOf(lead), (then) => {
        (then.scripts ??= []).push(`${script}${failed}`);
        if (error === undefined) return;
        const { file, line, code, message, ru } = error;
        (then.errors ??= []).push({ script, file, line, code, message, ...(ru === undefined ? {} : { ru }) });
      });
    } else if (activity.kind === 'plugin') {
      const happened = activity.activity;
      if (happened.kind === 'mode') this.#outcome(happened.userId, (then) => (then.mode = happened.to));
      if (happened.kind === 'livetex_request' && happened.method === 'selectDestination' && happened.userId) {
        const header = headerOf(happened.request);
        this.#outcome(happened.userId, (then) => (then.header = header));
      }
    }
  }

  /** What was recorded of a lead; `undefined` when it has said nothing. */
  recording(userId: string): DialogRecording | undefined {
    const recording = this.#recordings.get(userId);
    if (recording === undefined) return undefined;
    const { lead, operators, beganAt, steps } = recording;
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
    const { botId: bot, withSettings } = this.#options;
    const began = { at: new Date(beganAt).toISOString(), timeZone, ...(withSettings === true ? { withSettings } : {}) };
    const inOrder = steps.map(({ outcome, ...step }) => ({ ...step, outcome: ordered(outcome) }));
    return structuredClone({ format: RECORDING_FORMAT, bot, ...began, lead, operators, steps: inOrder });
  }

  forget(userId: string): void {
    this.#recordings.delete(userId);
  }

  #recordingOf(userId: string, { channel, externalId }: LeadRef): Recording {
    const known = this.#recordings.get(userId);
    if (known !== undefined) return known;
    const lead = { channel, name: this.#options.nameOf(userId), externalId };
    const beganAt = this.#options.now();
    const recording: Recording = { lead, operators: this.#options.operators(), beganAt, steps: [] };
    this.#recordings.set(userId, recording);
    const oldest = this.#recordings.keys().next().value;
    if (this.#recordings.size > MAX_RECORDINGS && oldest !== undefined) this.#recordings.delete(oldest);
    return recording;
  }

  #addStep({ beganAt, steps }: Recording, deed: RecordedAction): void {
    // A clock that was set back in between must not make a recording that nothing can play.
    const after = Math.max(0, this.#options.now() - beganAt) / 1_000;
    if (steps.length < MAX_STEPS) steps.push({ after, deed, outcome: {} });
  }

  #outcome(userId: string, change: (then: MutableOutcome) => void): void {
    const last = this.#recordings.get(userId)?.steps.at(-1);
    if (last !== undefined) change(last.outcome);
  }
}

/** In the order of the format, whatever came first: a file that `--update` writes again differs only where the dialog does. */
function ordered({ sees, scripts, errors, mode, header }: MutableOutcome): Outcome {
  return {
    ...(sees === undefined ? {} : { sees }),
    ...(scripts === undefined ? {} : { scripts }),
    ...(errors === undefined ? {} : { errors }),
    ...(mode === undefined ? {} : { mode }),
    ...(header === undefined ? {} : { header }),
  };
}

function said({ text, attachments = [] }: TranscriptMessage): RecordedAction {
  return {
    does: 'say',
    ...(text === undefined ? {} : { text }),
    ...(attachments.length === 0 ? {} : { files: [...attachments] }),
  };
}

function seen({ from, text, buttons = [], attachments = [] }: TranscriptMessage): Seen {
  return {
    from: from === 'lead' ? 'bot' : from,
    ...(text === undefined ? {} : { text }),
    ...(buttons.length === 0 ? {} : { menu: buttons.flat().map((item) => `${item.callback_data} ${item.text}`) }),
    ...(attachments.length === 0 ? {} : { files: attachments.map((file) => file.url) }),
  };
}

function headerOf(request: unknown): Record<string, string> {
  const attributes = (request as { readonly attributes?: unknown } | null)?.attributes;
  if (typeof attributes !== 'object' || attributes === null) return {};
  return Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, String(value)]));
}
