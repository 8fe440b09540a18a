import { SHIM_ERRORS } from '../../errors.ts';
import { authorPlace, type GuestPlace } from '../expand-snippets.ts';
import type { ScriptPlace } from '../contract.ts';
import { syntaxProblem } from '../check-syntax.ts';
import { MAX_RESULT_CHARS } from '../run-limits.ts';
import type { LibrarySet } from '../runner-protocol.ts';
import type { CompileUnit } from './compile-unit.ts';
import { LIBRARY_PARAMETERS } from './definitions.ts';

/** What a failed guest says: `library` is the one whose text does not compile. */
interface GuestFailure {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly ru?: string;
    readonly library: string | null;
    readonly frames: readonly GuestPlace[];
  };
}

/** A failure's report, as the server reads it. */
export function failureText(
  code: string,
  { en, ru }: { readonly en: string; readonly ru?: string | undefined },
  place: ScriptPlace,
): string {
  return JSON.stringify({ ok: false, error: { code, message: en, ru, ...place } });
}

/** The guest's report for the server: a failure's position is put into the author's own files. */
export function reportForServer(report: string, file: string, unit: CompileUnit, libraries: LibrarySet): string {
  const nowhere = { file, line: null, column: null };
  if (report.length > MAX_RESULT_CHARS) {
    const message = SHIM_ERRORS.script_result_too_large.message({ limit: MAX_RESULT_CHARS });
    return failureText('script_result_too_large', message, nowhere);
  }
  if (!report.startsWith('{"ok":false')) return report;
  const { error } = JSON.parse(report) as GuestFailure;
  if (typeof error.library === 'string' && Object.hasOwn(libraries, error.library)) {
    const library = libraries[error.library];
    const problem = library === undefined ? undefined : syntaxProblem(library.code, LIBRARY_PARAMETERS);
    if (library !== undefined && problem !== undefined) {
      return failureText(error.code, problem.message, {
        file: library.file,
        line: problem.line,
        column: problem.column,
      });
    }
  }
  const frame = error.frames[0];
  const text = { en: error.message, ru: error.ru };
  if (frame === undefined) return failureText(error.code, text, nowhere);
  return failureText(error.code, text, authorPlace(frame, file, libraries, unit.locate));
}
