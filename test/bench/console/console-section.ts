import { type Child, startChild } from '../child.ts';
import { startMeasuredPostgres } from '../measured-postgres.ts';
import { percentile } from '../measure.ts';
import { processTree } from '../process-tree.ts';
import type { Section, SectionOptions, Table } from '../section.ts';
import type { ConsoleServer } from './console-process.ts';

const LEADS = [1_000, 1_000_000] as const;
const QUICK_LEADS = [200, 400] as const;
const TRIES = 20;
const QUICK_TRIES = 2;

/** What a person asks the console, one after the other. */
function questions(leads: number): ReadonlyArray<{ readonly name: string; readonly path: string }> {
  const last = leads - 1;
  const lead = `support:telegram:${Math.floor(leads / 2)}`;
  const find = (q: string, after: string): string => `/dialogs?view=all&q=${encodeURIComponent(q)}&after=${after}`;
  return [
    { name: 'open dialogs, first page', path: '/dialogs' },
    { name: 'open dialogs, a page in the middle', path: `/dialogs?after=main/${lead}` },
    { name: 'all leads, first page', path: '/dialogs?view=all' },
    { name: 'all leads, a page in the middle', path: `/dialogs?view=all&after=${lead}` },
    { name: 'one dialog', path: `/dialogs/support/telegram/${last}` },
    { name: 'search by id: the first answer', path: find(String(last), '') },
    { name: 'search by name or text that nobody has: one step', path: find('ананас', lead) },
    { name: 'queue', path: '/queue' },
    { name: 'system', path: '/system' },
    { name: 'report of 30 days', path: '/report' },
  ];
}

interface Asked {
  readonly p50Ms: number;
  readonly maxMs: number;
  readonly cpuMs: number;
}

/** The console's pages with few leads and with a million, all of them with an open dialog, over HTTP. */
export const consoleSection: Section = {
  name: 'console',
  async run({ progress, quick }) {
    const tables = [await tableOf('SQLite', undefined, { progress, quick })];
    const postgres = await startMeasuredPostgres(progress);
    if (postgres === undefined) return tables;
    try {
      tables.push(await tableOf('PostgreSQL', (name) => postgres.schema(name), { progress, quick }));
    } finally {
      await postgres.stop();
    }
    return tables;
  },
};

async function tableOf(
  driver: string,
  schema: ((name: string) => string) | undefined,
  { progress, quick }: SectionOptions,
): Promise<Table> {
  const sizes = quick ? QUICK_LEADS : LEADS;
  const columns: Asked[][] = [];
  for (const leads of sizes) {
    progress(`   ${driver}, ${leads.toLocaleString('en-US')} leads are written`);
    const where = schema === undefined ? [] : [schema(`leads_${leads}`)];
    const server = startChild(new URL('console-process.ts', import.meta.url), [String(leads), ...where]);
    try {
      columns.push(await askAll(server, leads, quick ? QUICK_TRIES : TRIES));
    } finally {
      await server.end();
    }
  }
  return {
    title: `The console (${driver}): what one question takes, over HTTP`,
    columns: [
      '',
      ...sizes.flatMap((leads) =>
        ['p50', 'longest', 'CPU'].map((name) => `${name} ms, ${leads.toLocaleString('en-US')}`),
      ),
    ],
    rows: questions(0).map(({ name }, place) => [
      name,
      ...columns.flatMap((asked) => {
        const { p50Ms = Number.NaN, maxMs = Number.NaN, cpuMs = Number.NaN } = asked[place] ?? {};
        return [p50Ms, maxMs, cpuMs];
      }),
    ]),
    notes: [
      'Every lead has an open dialog, a record and a transcript. Pages of 50 dialogs; a step of a search looks through 2,000 leads, their names, ids and last 20 texts.',
      `Aim: the list opens in under 300 ms at a million leads. Of ${quick ? QUICK_TRIES : TRIES} tries, the very first one among them; CPU is that of our process alone.`,
    ],
  };
}

async function askAll(server: Child, leads: number, tries: number): Promise<Asked[]> {
  const { url, token } = await server.ask<ConsoleServer>('where');
  const all: Asked[] = [];
  for (const { path } of questions(leads)) {
    const before = processTree(server.pid, { alone: true }).cpuMs;
    const times: number[] = [];
    for (let turn = 0; turn < tries; turn += 1) {
      const from = performance.now();
      const response = await fetch(`${url}/console/api${path}`, { headers: { authorization: `Bearer ${token}` } });
      const answer = (await response.json()) as { dialogs?: unknown[] };
      times.push(performance.now() - from);
      if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    }
    const cpuMs = (processTree(server.pid, { alone: true }).cpuMs - before) / tries;
    times.sort((one, other) => one - other);
    all.push({ p50Ms: percentile(times, 50), maxMs: times.at(-1) ?? Number.NaN, cpuMs });
  }
  return all;
}
