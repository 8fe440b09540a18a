import { readPositionedJson } from '../json-with-places.ts';
import { cliError } from './errors.ts';
import { readTextFile } from './read-text-file.ts';

/**
 * A JSON file's value, unchecked. A key that stands twice is a mistake: `JSON.parse` would keep the last one silently.
 * @throws cli_json_invalid with line and column, and what `readTextFile` throws
 */
export async function readJsonFile(what: string, path: string): Promise<unknown> {
  const reading = readPositionedJson(await readTextFile(what, path));
  if (!reading.ok) {
    const { line, column } = reading.place;
    const problems = [`line ${line}, column ${column}: ${reading.message}`];
    throw cliError('cli_json_invalid', { what, path, problems });
  }
  const { value, duplicateKeys } = reading.json;
  if (duplicateKeys.length === 0) return value;
  const problems = duplicateKeys.map(
    ({ path: keys, place }) => `line ${place.line}, column ${place.column}: "${String(keys.at(-1))}" stands twice`,
  );
  throw cliError('cli_json_invalid', { what, path, problems });
}
