/** One dialog from the first word to the return, played by itself: what a person sees who only typed `npm start`. */
import { type LeadRef, userIdOf } from '../../../plugin/contract/lead.ts';
import type { EmulatedDialog, LiveTexEmulator } from '../../emulator/emulator-contract.ts';
import type { Runtime, TranscriptMessage } from '../../runtime/contract.ts';

/** Everything happens in this process; far longer than any step takes on a slow machine. */
const STEP_TIMEOUT_MS = 20_000;

const CHANNEL = 'telegram';
const LEAD_NAME = 'Анна';

export interface DemonstrationOptions {
  readonly runtime: Runtime;
  readonly emulator: LiveTexEmulator;
  /** The operator who answers. */
  readonly operatorId: string;
  /** The demonstration's lead; a new one each time tells the story from its beginning. */
  readonly externalId: string;
  /** Called with what the operator sees in the dialog's header. */
  readonly onDesk: (dialog: EmulatedDialog) => void;
  readonly stop: AbortSignal;
}

/** @throws what did not happen in time */
export async function playDemonstration(options: DemonstrationOptions): Promise<void> {
  const { runtime, emulator, operatorId, externalId, stop } = options;
  const lead: LeadRef = { botId: runtime.botId, channel: CHANNEL, externalId };
  const userId = userIdOf(lead);
  const seen = watchTranscript(runtime, userId, stop);
  try {
    const say = async (text: string): Promise<void> => {
      await runtime.receive({ channel: CHANNEL, externalId, name: LEAD_NAME, text });
    };
    const desk = async (condition: (dialog: EmulatedDialog) => boolean): Promise<EmulatedDialog> =>
      await emulator.dialogs.when(userId, condition, STEP_TIMEOUT_MS);

    await say('Здравствуйте!');
    await seen.next(({ from, buttons }) => from === 'bot' && buttons !== undefined);
    await say('2');
    await seen.next(({ from }) => from === 'notice');
    options.onDesk(await desk(({ selections }) => selections > 0));
    emulator.dialogs.read(userId, operatorId);
    await seen.next(({ from }) => from === 'notice');
    emulator.dialogs.reply(userId, operatorId, 'Анна, здравствуйте! Вижу вашу заявку 705, чем помочь?');
    await seen.next(({ from }) => from === 'operator');
    await say('Спасибо, уже разобралась!');
    await desk(({ messages }) => messages.at(-1)?.text?.includes('уже разобралась') === true);
    emulator.dialogs.close(userId, operatorId);
    await seen.next(({ from }) => from === 'notice');
    await runtime.idle();
  } finally {
    seen.end();
  }
}

interface TranscriptWatch {
  /** The next message, after those taken so far, that fits. */
  next(fits: (message: TranscriptMessage) => boolean): Promise<void>;
  end(): void;
}

function watchTranscript(runtime: Runtime, userId: string, stop: AbortSignal): TranscriptWatch {
  const queue: TranscriptMessage[] = [];
  let wake: () => void = () => {};
  const forget = runtime.onActivity((activity) => {
    if (activity.kind !== 'message' || userIdOf(activity.lead) !== userId) return;
    queue.push(activity.message);
    wake();
  });
  return {
    end: forget,
    next: async (fits) => {
      const deadline = AbortSignal.any([stop, AbortSignal.timeout(STEP_TIMEOUT_MS)]);
      for (;;) {
        const message = queue.shift();
        if (message !== undefined && fits(message)) return;
        if (message !== undefined) continue;
        deadline.throwIfAborted();
        await new Promise<void>((resolve) => {
          wake = resolve;
          deadline.addEventListener('abort', () => resolve(), { once: true });
        });
      }
    },
  };
}
