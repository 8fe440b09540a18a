import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { spoken } from '../../../plugin/contract/issue-words.ts';
import { readPositionedJson } from '../../json-with-places.ts';
import { MAX_COLUMNS, MAX_ROW_CHARS, MAX_ROWS, MAX_TABLE_CHARS, MAX_TABLES, type Row } from '../../tables/contract.ts';
import { charsOf } from '../../tables/table-store.ts';
import { giveWay } from '../../turns.ts';
import { type BotProblem, describeIssues } from './describe-issues.ts';
import { LOAD_TEXTS } from './load-texts.ts';
import { readBotFile, reasonOf } from './read-bot-file.ts';

/** What the bot's tables begin with: `tables/<code>.json`, a list of rows (`docs/bot-folder.md`). */
const TABLES_FOLDER = 'tables';
const TABLE_FILE = /^([\p{L}\p{N}_.-]{1,100})\.json$/u;
/** Largest file, bytes: a full table with spaces and letters of two bytes. Our choice. */
const MAX_TABLE_BYTES = 8 * 1024 * 1024;
/** Characters of all files' rows as JSON. Our choice: they stay in memory as long as the bot does. */
const MAX_BEGINNING_CHARS = 10_000_000;

const rowSchema = z
  .record(z.string().min(1).max(200), z.json())
  .refine(
    (row) => !Object.hasOwn(row, 'id'),
    spoken({
      en: 'must not have an "id": rows are numbered by themselves',
      ru: '"id" здесь не нужен: строки нумеруются сами',
    }),
  )
  .refine(
    (row) => Object.keys(row).length <= MAX_COLUMNS,
    spoken({ en: `must have at most ${MAX_COLUMNS} columns`, ru: `не больше ${MAX_COLUMNS} столбцов` }),
  )
  .refine(
    (row) => charsOf(row as Row) <= MAX_ROW_CHARS,
    spoken({ en: `must have at most ${MAX_ROW_CHARS} characters`, ru: `не больше ${MAX_ROW_CHARS} знаков` }),
  );

/** The tables of a bot folder, which need not have any. */
export async function loadTables(
  folder: string,
): Promise<{ readonly tables: ReadonlyMap<string, readonly Row[]>; readonly problems: readonly BotProblem[] }> {
  const tables = new Map<string, readonly Row[]>();
  const problems: BotProblem[] = [];
  const names = await readdir(join(folder, TABLES_FOLDER)).catch((error: unknown) => reasonOf(error));
  if ('en' in names) {
    return { tables, problems: names === LOAD_TEXTS.noSuchFile ? [] : [{ file: TABLES_FOLDER, reason: names }] };
  }
  let chars = 0;
  for (const name of names.filter((one) => !one.startsWith('.') && !one.endsWith('.md')).toSorted()) {
    const file = `${TABLES_FOLDER}/${name}`;
    const code = TABLE_FILE.exec(name.normalize())?.[1];
    if (code === undefined) {
      problems.push({ file, reason: LOAD_TEXTS.tableFileName });
      continue;
    }
    if (tables.size >= MAX_TABLES) {
      problems.push({ file, reason: LOAD_TEXTS.tooManyTables(MAX_TABLES) });
      break;
    }
    if (chars > MAX_BEGINNING_CHARS) break;
    const reading = await readBotFile(folder, file, MAX_TABLE_BYTES);
    if (!reading.ok) {
      problems.push({ file, reason: reading.reason });
      continue;
    }
    const json = readPositionedJson(reading.text);
    if (!json.ok) {
      problems.push({ file, place: json.place, reason: json.message });
      continue;
    }
    const parsed = z
      .array(rowSchema, spoken({ en: 'must be a list of rows', ru: 'здесь нужен список строк' }))
      .max(MAX_ROWS)
      .safeParse(json.json.value);
    if (parsed.success) {
      const rows = parsed.data as readonly Row[];
      const size = rows.reduce((sum, row) => sum + charsOf(row), 0);
      chars += size;
      if (size > MAX_TABLE_CHARS) problems.push({ file, reason: LOAD_TEXTS.tableTooLarge(MAX_TABLE_CHARS) });
      else if (chars > MAX_BEGINNING_CHARS)
        problems.push({ file, reason: LOAD_TEXTS.tablesTooLarge(MAX_BEGINNING_CHARS) });
      else tables.set(code, rows);
      await giveWay();
    } else problems.push(...describeIssues(parsed.error.issues, json.json, file, []));
  }
  return { tables, problems };
}
