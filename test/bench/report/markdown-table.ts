import { formatCell } from '../print-table.ts';
import type { Table } from '../section.ts';

/** A table of the report as Markdown. */
export function markdownTable(table: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rules = table.columns.map((_column, index) => (index === 0 ? '---' : '--:'));
  return [
    `**${table.title}**`,
    '',
    line(table.columns.map((column) => column || ' ')),
    `|${rules.join('|')}|`,
    ...table.rows.map((row) => line(row.map(formatCell))),
    '',
    ...table.notes.map((note) => `${note}\\`),
  ]
    .join('\n')
    .replace(/\\$/, '');
}
