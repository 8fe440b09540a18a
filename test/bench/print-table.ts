import type { Table } from './section.ts';

/** The table as text for a terminal. */
export function printTable(table: Table): string {
  const cells = [table.columns, ...table.rows.map((row) => row.map(formatCell))];
  const widths = table.columns.map((_column, index) => Math.max(...cells.map((row) => (row[index] ?? '').length)));
  const lines = cells.map((row) =>
    row
      .map((text, index) => (index === 0 ? text.padEnd(widths[index] ?? 0) : text.padStart(widths[index] ?? 0)))
      .join('  '),
  );
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [
    `## ${table.title}`,
    '',
    lines[0] ?? '',
    rule,
    ...lines.slice(1),
    '',
    ...table.notes.map((note) => `  ${note}`),
    '',
  ].join('\n');
}

/** A figure with the digits that fit it. */
export function formatCell(value: number | string): string {
  if (typeof value === 'string') return value;
  if (!Number.isFinite(value)) return '-';
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString('en-US');
  return size >= 10 ? value.toFixed(1) : value.toFixed(2);
}
