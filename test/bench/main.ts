/**
 * `npm run bench`: ours and its rivals side by side in one run. `-- --json` prints one JSON document, `-- --only NAME`
 * runs one section (may be repeated), `-- --quick` proves in a few seconds that everything runs (its figures mean nothing).
 */
import { parseArgs } from 'node:util';
import { describeMachine } from './machine.ts';
import { printTable } from './print-table.ts';
import type { Section, Table } from './section.ts';
import { availabilitySection } from './availability/availability-section.ts';
import { consoleSection } from './console/console-section.ts';
import { growthSection } from './growth/growth-section.ts';
import { mirrorSection } from './mirror/mirror-section.ts';
import { scriptsSection } from './scripts/scripts-section.ts';
import { nodesSection } from './storage/nodes-section.ts';
import { plansSection } from './storage/plans-section.ts';
import { storageSection } from './storage/storage-section.ts';
import { startSection } from './start/start-section.ts';
import { transfersSection } from './transfers/transfers-section.ts';
import { turnsSection } from './turns/turns-section.ts';
import { webhooksSection } from './webhooks/webhooks-section.ts';

const SECTIONS: readonly Section[] = [
  scriptsSection,
  availabilitySection,
  webhooksSection,
  mirrorSection,
  turnsSection,
  transfersSection,
  startSection,
  growthSection,
  consoleSection,
  storageSection,
  plansSection,
  nodesSection,
];

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, only: { type: 'string', multiple: true } },
});
const progress = (line: string): void => void process.stderr.write(`${line}\n`);

const unknown = values.only?.filter((name) => !SECTIONS.some((section) => section.name === name)) ?? [];
if (unknown.length > 0) {
  progress(`unknown section: ${unknown.join(', ')}; known: ${SECTIONS.map((section) => section.name).join(', ')}`);
  process.exit(2);
}

const machine = describeMachine();
const results: Array<{ section: string; seconds: number; tables: Table[] }> = [];
for (const section of SECTIONS) {
  if (values.only && !values.only.includes(section.name)) continue;
  progress(`== ${section.name}`);
  const started = performance.now();
  const tables = await section.run({ progress, quick: values.quick ?? false });
  const seconds = (performance.now() - started) / 1_000;
  results.push({ section: section.name, seconds, tables });
  if (!values.json) for (const table of tables) process.stdout.write(`${printTable(table)}\n`);
}
const report = { machine, quick: values.quick ?? false, results };
if (values.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
else process.stdout.write(`${JSON.stringify(report.machine)}\n`);
