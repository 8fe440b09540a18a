import type { EntryRecord } from '../../records.ts';

/** A line of the timeline: an entry, or what went over the wire between two of them, folded into one line. */
export type TimelineRow =
  | { readonly id: string; readonly entry: EntryRecord }
  | { readonly id: string; readonly folded: readonly EntryRecord[] };

/**
 * Folds requests and webhooks that went well into one line each time they stand together: they say how, not what. One that
 * failed, was repeated or was refused stays a line of its own. `unfolded`: ids of folds that the person has opened.
 */
export function foldRows(entries: readonly EntryRecord[], unfolded: ReadonlySet<string>): TimelineRow[] {
  const rows: TimelineRow[] = [];
  let run: EntryRecord[] = [];
  const endRun = (): void => {
    const [first] = run;
    if (first === undefined) return;
    const id = `fold-${first.id}`;
    rows.push({ id, folded: run });
    if (unfolded.has(id)) rows.push(...run.map(rowOf));
    run = [];
  };
  for (const entry of entries) {
    if (isOrdinaryWire(entry)) {
      run.push(entry);
      continue;
    }
    endRun();
    rows.push(rowOf(entry));
  }
  endRun();
  return rows;
}

export function rowOf(entry: EntryRecord): TimelineRow {
  return { id: String(entry.id), entry };
}

function isOrdinaryWire({ level, facts }: EntryRecord): boolean {
  return level === 'info' && (facts.kind === 'request' || facts.kind === 'webhook');
}

/** What a fold holds, each once: `sendText ×3, SelectDestination`. */
export function foldedNames(entries: readonly EntryRecord[]): string {
  const counts = new Map<string, number>();
  for (const { facts } of entries) {
    const name = facts.kind === 'request' ? facts.method : facts.kind === 'webhook' ? facts.type : facts.kind;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Array.from(counts, ([name, count]) => (count === 1 ? name : `${name} ×${count}`)).join(', ');
}
