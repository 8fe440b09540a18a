import { readdirSync, readFileSync } from 'node:fs';

const PAGE_BYTES = 4_096;
const MIB = 1_048_576;

/** The processes whose parent is `pid`, by the kernel's word (Linux). Zombies count as ended. */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => {
      const fields = statOf(child);
      return fields !== undefined && fields.parent === pid && fields.state !== 'Z';
    });
}

/** Resident memory of a process, MiB; `undefined` when it has ended. */
export function residentMb(pid: number): number | undefined {
  try {
    return (Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * PAGE_BYTES) / MIB;
  } catch {
    return undefined;
  }
}

function statOf(pid: number): { state: string; parent: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in brackets may hold spaces and brackets itself.
    const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: state ?? '', parent: Number(parent) };
  } catch {
    return undefined;
  }
}

/** Command lines of the processes that name a folder, such as those started from it. Zombies have none. */
export function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return command.includes(folder) ? [command] : [];
      } catch {
        return [];
      }
    });
}
