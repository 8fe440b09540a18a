import { glob, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/**
 * The error catalogues and `docs/errors.md`, both ways: an error without an explanation helps nobody, and an explanation
 * without an error misleads. A new catalogue (`errors.ts` or `…-errors.ts`, in any house) is found by itself.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Row {
  readonly fault: string;
  readonly retryable: boolean;
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && 'fault' in value && 'retryable' in value && 'message' in value;
}

/** Every catalogue by its file: the exports whose every member is a row. */
async function catalogues(): Promise<Map<string, Map<string, Row>>> {
  const found = new Map<string, Map<string, Row>>();
  for await (const file of glob('{plugin,runtime-shim}/**/{errors,*-errors}.ts', { cwd: ROOT })) {
    const exported = Object.values((await import(`${ROOT}/${file}`)) as Record<string, unknown>);
    const rows = exported
      .filter((value): value is object => typeof value === 'object' && value !== null)
      .flatMap((catalogue) => Object.entries(catalogue))
      .filter((entry): entry is [string, Row] => isRow(entry[1]));
    // A `…-errors.ts` may hold no catalogue; an `errors.ts` is one.
    if (rows.length > 0 || basename(file) === 'errors.ts') found.set(file.replaceAll('\\', '/'), new Map(rows));
  }
  return found;
}

/** The rows of the document: `| `code` | whose | again | … | … |`, by the file that its section names. */
async function documented(): Promise<Map<string, Map<string, Row & { readonly cells: string[] }>>> {
  const text = await readFile(`${ROOT}/docs/errors.md`, 'utf8');
  const sections = new Map<string, Map<string, Row & { readonly cells: string[] }>>();
  let rows = new Map<string, Row & { readonly cells: string[] }>();
  for (const line of text.split('\n')) {
    const place = /^Where: `([^`]+)`/.exec(line)?.[1];
    if (place !== undefined) {
      rows = new Map();
      sections.set(place, rows);
    }
    const [, code, fault, again, ...cells] = line.split('|').map((cell) => cell.trim());
    const name = /^`([a-z0-9_]+)`$/.exec(code ?? '')?.[1];
    if (name === undefined || fault === undefined || (again !== 'yes' && again !== 'no')) continue;
    if (rows.has(name)) throw new Error(`docs/errors.md explains ${name} twice`);
    rows.set(name, { fault, retryable: again === 'yes', cells: cells.slice(0, -1) });
  }
  return sections;
}

test('every catalogue has a section, and every section a catalogue', async () => {
  expect([...(await documented()).keys()].sort()).toEqual([...(await catalogues()).keys()].sort());
});

test('every code is explained, with the right fault and the right word on trying again; and nothing else is', async () => {
  const inCode: Record<string, object> = {};
  for (const [file, rows] of await catalogues()) {
    for (const [code, { fault, retryable }] of rows) inCode[`${file} ${code}`] = { fault, retryable };
  }
  const inDocument: Record<string, object> = {};
  for (const [file, rows] of await documented()) {
    for (const [code, { fault, retryable }] of rows) inDocument[`${file} ${code}`] = { fault, retryable };
  }
  expect(inDocument).toEqual(inCode);
});

test('every explanation says what it means and what to do', async () => {
  const poor: string[] = [];
  for (const rows of (await documented()).values()) {
    for (const [code, { cells }] of rows) {
      if (cells.length !== 2 || cells.some((cell) => !/^\S.*\.$/.test(cell))) poor.push(code);
    }
  }
  expect(poor).toEqual([]);
});

test('no code is used by two catalogues', async () => {
  const codes = [...(await catalogues()).values()].flatMap((rows) => [...rows.keys()]);
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
});
