import type { Clock } from '../../../plugin/contract/host.ts';

/** A function that does something a little after it was first called, once for all calls until then. */
export interface Coalesced {
  (): void;
  cancel(): void;
}

/** Makes many calls one: `act` runs `ms` after the first of them. */
export function coalesce(clock: Clock, ms: number, act: () => void): Coalesced {
  let cancel: (() => void) | undefined;
  const call = (): void => {
    cancel ??= clock.after(ms, () => {
      cancel = undefined;
      act();
    });
  };
  return Object.assign(call, {
    cancel: () => {
      cancel?.();
      cancel = undefined;
    },
  });
}
