/** How to take back what a unit has done, newest first. */
export interface UndoLog {
  /** Does something and notes how to undo it. */
  note(undo: () => void): void;
  /** Forgets how to undo: what was done stays. */
  keep(): void;
  undo(): void;
}

export function createUndoLog(): UndoLog {
  let steps: (() => void)[] = [];
  return {
    note(undo) {
      steps.push(undo);
    },
    keep() {
      steps = [];
    },
    undo() {
      for (let step = steps.pop(); step !== undefined; step = steps.pop()) step();
    },
  };
}

/** Sets a map's entry (`undefined`: removes it) so that it can be undone. */
export function setEntry<Key, Value>(log: UndoLog, map: Map<Key, Value>, key: Key, value: Value | undefined): void {
  const before = map.get(key);
  if (value === undefined) map.delete(key);
  else map.set(key, value);
  log.note(() => {
    if (before === undefined) map.delete(key);
    else map.set(key, before);
  });
}

/** The entry of a map of containers, made when it is missing. An empty container left behind by an undo does no harm. */
export function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
