/**
 * `node test/bench/report.ts results.json`: puts the results of `npm run bench -- --json` into `docs/benchmarks.md`, between
 * its two marks, and draws the charts beside it.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bar, barChart } from './report/bar-chart.ts';
import { markdownTable } from './report/markdown-table.ts';
import type { Table } from './section.ts';

interface Report {
  readonly machine: Readonly<Record<string, string | number>>;
  readonly results: ReadonlyArray<{
    readonly section: string;
    readonly seconds: number;
    readonly tables: readonly Table[];
  }>;
}

const DOCS = join(import.meta.dirname, '..', '..', 'docs');
const PAGE = join(DOCS, 'benchmarks.md');
const BEGIN = '<!-- results: written by test/bench/report.ts -->';
const END = '<!-- end of the results -->';

/** What is drawn: section, which of its tables by the beginning of its title, the figure's column, its unit. */
const CHARTS = [
  { file: 'bench-scripts.svg', section: 'scripts', title: 'Scripts, 8 at a time', column: 1, unit: 'runs a second' },
  { file: 'bench-webhooks.svg', section: 'webhooks', title: 'Webhooks', column: 1, unit: 'answers a second' },
  { file: 'bench-mirror.svg', section: 'mirror', title: 'Mirror', column: 1, unit: 'messages a second' },
] as const;

/** Characters of a name that fit beside its bar; of a longer one what stands before its colon. */
const MAX_LABEL = 44;

const report = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')) as Report;
const parts = [
  `Taken on ${Object.entries(report.machine)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ')}; ${Math.round(report.results.reduce((sum, { seconds }) => sum + seconds, 0))} s in all.`,
];
for (const { section, tables } of report.results) {
  parts.push(`### ${section}`);
  for (const chart of CHARTS) {
    const table = chart.section === section ? tables.find(({ title }) => title.startsWith(chart.title)) : undefined;
    if (table === undefined) continue;
    await writeFile(
      join(DOCS, 'images', chart.file),
      barChart(titleOf(table), chart.unit, barsOf(table, chart.column)),
    );
    parts.push(`![${titleOf(table)}](images/${chart.file})`);
  }
  parts.push(...tables.map(markdownTable));
}
const page = await readFile(PAGE, 'utf8');
const [before, rest] = page.split(BEGIN);
const after = rest?.split(END)[1];
if (before === undefined || after === undefined) throw new Error(`${PAGE} has lost its marks`);
await writeFile(PAGE, `${before}${BEGIN}\n\n${parts.join('\n\n')}\n\n${END}${after}`);

function titleOf(table: Table): string {
  return table.title.split(/[:(]/, 1)[0]?.trim() ?? table.title;
}

function barsOf(table: Table, column: number): Bar[] {
  return table.rows.map((row) => ({
    label: row[0].length > MAX_LABEL ? (row[0].split(': ', 1)[0] ?? row[0]) : row[0],
    value: Number(row[column]),
    isOurs: row[0].startsWith('ours'),
  }));
}
