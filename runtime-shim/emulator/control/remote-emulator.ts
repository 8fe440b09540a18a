import type { EmulatedDialog, EmulatorFault, LiveTexEmulator } from '../contract.ts';

/** The same methods, each with a promise of its result. */
type Remote<Methods> = {
  readonly [Name in keyof Methods]: Methods[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never;
};

/** An emulator in another process, driven as one in this process. Rejects with the same codes. */
export interface RemoteLiveTexEmulator {
  readonly url: string;
  readonly token: string;
  readonly touchPointId: string;
  readonly operators: Remote<LiveTexEmulator['operators']>;
  readonly groups: Remote<LiveTexEmulator['groups']>;
  readonly dialogs: Remote<Omit<LiveTexEmulator['dialogs'], 'when'>> & {
    when(userId: string, condition: (dialog: EmulatedDialog) => boolean, timeoutMs?: number): Promise<EmulatedDialog>;
  };
  readonly requests: Remote<LiveTexEmulator['requests']>;
  readonly webhooks: Remote<Omit<LiveTexEmulator['webhooks'], 'settings'>> & {
    settings(): Promise<LiveTexEmulator['webhooks']['settings']>;
  };
  readonly faults: Remote<Omit<LiveTexEmulator['faults'], 'add'>> & {
    add(fault: EmulatorFault): Promise<() => Promise<void>>;
  };
  /** Several changes may be told as one. Ends by itself when the emulator is gone. */
  onChange(listener: () => void): () => void;
  /** Lets go of the emulator; it goes on. */
  close(): Promise<void>;
}
