import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathText } from '../../../plugin/contract/issue-words.ts';
import type { Text } from '../../../plugin/contract/text.ts';
import type { BotProblem } from './describe-issues.ts';
import type { SourceFile } from '../bot.ts';
import { SyntaxCheck } from './check-syntax.ts';
import type { PositionedJson } from '../../json-with-places.ts';
import { didYouMean, knownNames, quotedName } from '../../names.ts';
import { LOAD_TEXTS } from './load-texts.ts';
import { readBotFile, reasonOf } from './read-bot-file.ts';

/** Where a bot's own libraries lie: `libraries/Business.<Plugin>.<Script>.js`, one file a library. Our choice. */
const LIBRARIES_FOLDER = 'libraries';
/** `Business.<Plugin>.<Script>` (`docs/platform.md`). `Common.*` is the vendor's: a stand-in of the author's for it. */
const LIBRARY_FILE = /^((?:Business|Common)\.[\p{L}\p{N}_]+\.[\p{L}\p{N}_]+)\.js$/u;

/** Largest library, bytes. Our choice: what is published for browsers fits, and each runner is sent it once. */
const MAX_LIBRARY_BYTES = 512 * 1024;

/** Reads and checks every library of a bot folder. */
export async function loadLibraries(
  folder: string,
): Promise<{ readonly libraries: Record<string, SourceFile>; readonly problems: BotProblem[] }> {
  const libraries: Record<string, SourceFile> = {};
  const problems: BotProblem[] = [];
  const names = await namesIn(join(folder, LIBRARIES_FOLDER));
  if ('en' in names) return { libraries, problems: [{ file: LIBRARIES_FOLDER, reason: names }] };
  for (const name of names) {
    const file = `${LIBRARIES_FOLDER}/${name}`;
    const library = LIBRARY_FILE.exec(name.normalize())?.[1];
    if (library === undefined) {
      problems.push({ file, reason: LOAD_TEXTS.libraryFileName });
      continue;
    }
    const reading = await readBotFile(folder, file, MAX_LIBRARY_BYTES);
    if (!reading.ok) {
      problems.push({ file, reason: reading.reason });
      continue;
    }
    libraries[library] = { file, code: reading.text };
  }
  // A library is a function body as a script is, and `snippet` pastes the same file, so no other form is allowed.
  const syntax = new SyntaxCheck(libraries);
  for (const { file, code } of Object.values(libraries)) {
    const wrong = await syntax.problemOf(code);
    if (wrong === undefined) continue;
    const { place, message, library } = wrong;
    problems.push({ file: libraries[library ?? '']?.file ?? file, place, reason: message });
  }
  return { libraries, problems };
}

/** What is wrong with the names that `bot.json` gives to libraries. */
export function checkLibraryNames(
  names: Readonly<Record<string, string>>,
  libraries: Readonly<Record<string, SourceFile>>,
  json: PositionedJson,
  file: string,
): BotProblem[] {
  return Object.entries(names).flatMap(([name, library]) => {
    const path = ['libraries', name];
    const at = (reason: Text): BotProblem => ({ file, place: json.place(path), path: pathText(path), reason });
    if (Object.hasOwn(libraries, name) || name.startsWith('Common.'))
      return [at(LOAD_TEXTS.libraryItself(quotedName(name)))];
    if (Object.hasOwn(libraries, library)) return [];
    const known = Object.keys(libraries);
    return [at(LOAD_TEXTS.unknownLibrary(quotedName(library), didYouMean(library, known), knownNames(known)))];
  });
}

/** The libraries, and their other names. */
export function withNames(
  libraries: Readonly<Record<string, SourceFile>>,
  names: Readonly<Record<string, string>>,
): Record<string, SourceFile> {
  const all: Record<string, SourceFile> = { ...libraries };
  for (const [name, sameAs] of Object.entries(names)) {
    const library = libraries[sameAs];
    if (library !== undefined) all[name] = { ...library, sameAs };
  }
  return all;
}

/** Files that are there for editors and version control, not for the bot. */
function isHidden(name: string): boolean {
  return name.startsWith('.') || name.endsWith('.d.ts') || name.endsWith('.md') || name.endsWith('~');
}

/** The names of the files, or why there are none to be had. A bot needs no libraries. */
async function namesIn(folder: string): Promise<string[] | Text> {
  try {
    return (await readdir(folder)).filter((name) => !isHidden(name)).toSorted();
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === LOAD_TEXTS.noSuchFile) return (await isThere(folder)) ? LOAD_TEXTS.notFolder : [];
    return reason;
  }
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
