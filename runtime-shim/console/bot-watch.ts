/** What the bots' scripts did since this node began: counted by script, errors by their place. In memory, bounded. */
import type { ScriptError } from '../sandbox/contract.ts';
import type { RuntimeActivity } from '../runtime/contract.ts';
import type { BotView } from './records/state-records.ts';

/** Scripts and places remembered; of more the oldest is forgotten. Our choice: a bot has dozens. */
const MAX_SCRIPTS = 500;
const MAX_PLACES = 200;

type ScriptRow = BotView['scripts'][number];
type ErrorRow = BotView['errors'][number];

export class BotWatch {
  readonly #scripts = new Map<string, ScriptRow>();
  readonly #errors = new Map<string, ErrorRow>();

  get scripts(): ScriptRow[] {
    return [...this.#scripts.values()].toSorted((one, other) => other.cpuMs - one.cpuMs);
  }

  get errors(): ErrorRow[] {
    return [...this.#errors.values()].toSorted((one, other) => other.lastAt - one.lastAt);
  }

  readonly note = (activity: RuntimeActivity): void => {
    const { at } = activity;
    if (activity.kind === 'script') {
      const { script, file, usage, error } = activity;
      this.#count(file === undefined ? script : `${script} · ${file}`, at, usage?.cpuMs ?? 0, error);
    } else if (activity.kind === 'endpoint') {
      this.#count(`endpoint ${activity.alias}`, at, activity.usage.cpuMs, activity.error);
    } else if (activity.kind === 'author_log' && activity.level === 'error') {
      this.#fail(activity.lead.botId, { code: 'author_log', message: activity.text }, at);
    }
  };

  #count(script: string, at: number, cpuMs: number, error: ScriptError | undefined): void {
    const row = this.#scripts.get(script) ?? { script, runs: 0, failed: 0, cpuMs: 0, slowestMs: 0, lastAt: at };
    remember(this.#scripts, MAX_SCRIPTS, script, {
      ...row,
      runs: row.runs + 1,
      failed: row.failed + (error === undefined ? 0 : 1),
      cpuMs: row.cpuMs + cpuMs,
      slowestMs: Math.max(row.slowestMs, cpuMs),
      lastAt: at,
    });
    if (error !== undefined) this.#fail(placeOf(script, error), error, at);
  }

  #fail(
    place: string,
    { code, message, ru }: Pick<ScriptError, 'code' | 'message'> & { readonly ru?: string },
    at: number,
  ): void {
    const key = `${place} ${code}`;
    const count = (this.#errors.get(key)?.count ?? 0) + 1;
    remember(this.#errors, MAX_PLACES, key, { place, code, message, ru: ru ?? null, count, lastAt: at });
  }
}

function placeOf(script: string, { file, line }: ScriptError): string {
  if (file === null || file === undefined) return script;
  return line === null || line === undefined ? file : `${file}:${line}`;
}

function remember<Row>(map: Map<string, Row>, most: number, key: string, row: Row): void {
  // To the end: what is told of least long ago goes last.
  map.delete(key);
  map.set(key, row);
  const [oldest] = map.size > most ? map.keys() : [];
  if (oldest !== undefined) map.delete(oldest);
}
