/** What a helper keeps for all tests of a file ends with the file. A helper cannot say so when it is imported: once in a process, in which several files may run. */
const ends = new Set<() => Promise<void>>();

/** Done once, when the tests of this file have ended (`watch-outputs.ts`). */
export function atFileEnd(end: () => Promise<void>): void {
  ends.add(end);
}

export async function endFile(): Promise<void> {
  const all = [...ends];
  ends.clear();
  await Promise.all(all.map((end) => end()));
}
