import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks per second of `/proc/<pid>/stat`: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

interface ProcessFigures {
  readonly pid: number;
  readonly parent: number;
  readonly cpuMs: number;
  readonly rssMb: number;
}

/** CPU time so far (ms) and memory (MiB; PSS counts a page that several share once) of this process and all that it started; `alone`: without the latter. */
export function processTree(
  root: number = process.pid,
  options: { readonly alone?: boolean } = {},
): {
  readonly cpuMs: number;
  readonly rssMb: number;
  readonly pssMb: number;
  readonly processes: number;
} {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)));
  const tree = new Set([root]);
  for (let before = 0; before !== tree.size && options.alone !== true;) {
    before = tree.size;
    for (const one of all) if (tree.has(one.parent)) tree.add(one.pid);
  }
  const members = all.filter((one) => tree.has(one.pid));
  return {
    cpuMs: members.reduce((sum, one) => sum + one.cpuMs, 0),
    rssMb: members.reduce((sum, one) => sum + one.rssMb, 0),
    pssMb: members.reduce((sum, one) => sum + pssOf(one.pid), 0),
    processes: members.length,
  };
}

function readProcess(pid: number): ProcessFigures[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces; the fields after it are numbered from 3 (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const field = (number: number): number => Number(fields[number - 3]);
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    return [
      {
        pid,
        parent: field(4),
        cpuMs: ((field(14) + field(15) + field(16) + field(17)) * 1_000) / TICKS_PER_SECOND,
        rssMb: (pages * 4_096) / 1_048_576,
      },
    ];
  } catch {
    // It ended between the listing and the reading.
    return [];
  }
}

/** Costs the kernel a walk over the pages, so only for the members. 0 when it ended meanwhile. */
function pssOf(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss: +(\d+) kB/m.exec(text)?.[1] ?? '0') / 1_024;
  } catch {
    return 0;
  }
}
