/** One job as a node began it: key, number within the key, and when (ms of a clock that all processes share). */
export type Began = readonly [key: number, number: number, at: number];

/** Jobs that began before one of their key with a lower number, and jobs that began twice. */
export function orderViolations(began: readonly Began[]): number {
  const last = new Map<number, number>();
  let violations = 0;
  for (const [key, number] of began.toSorted((a, b) => a[2] - b[2])) {
    if (number <= (last.get(key) ?? -1)) violations += 1;
    else last.set(key, number);
  }
  return violations;
}

/** The monotonic clock of the machine, ms: the same in all its processes. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1_000_000;
}
