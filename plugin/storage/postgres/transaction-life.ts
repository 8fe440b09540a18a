import { storageError } from '../errors.ts';

/** A transaction's life: `check` throws from the moment it has ended. */
export function createLife(): { readonly check: () => void; readonly end: () => void } {
  let hasEnded = false;
  return {
    check: () => {
      if (hasEnded) throw storageError('storage_ended', undefined);
    },
    end: () => {
      hasEnded = true;
    },
  };
}
