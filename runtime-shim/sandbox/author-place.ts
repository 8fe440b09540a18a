import type { ExpandedScript } from './expand-snippets.ts';
import type { LibrarySet } from './runner-protocol.ts';

/** Where the guest says that the author's code was: in a library, or (`null`) in the script with its snippets expanded. */
export interface GuestPlace {
  readonly library: string | null;
  readonly line: number;
  readonly column: number;
}

/** The same place in the author's own files. */
export function authorPlace(
  at: GuestPlace,
  file: string,
  libraries: LibrarySet,
  locate: ExpandedScript['locate'],
): { readonly file: string; readonly line: number; readonly column: number } {
  const { library, line, column } = at.library === null ? locate(at.line, at.column) : at;
  return { file: library === null ? file : (libraries[library]?.file ?? file), line, column };
}
