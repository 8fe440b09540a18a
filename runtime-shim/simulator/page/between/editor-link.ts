/** A link that opens a file in VS Code at a line, whatever characters the path has and whichever way its slashes lean. */
export function editorLink(path: string, line: number | null): string {
  const parts = path.split(/[\\/]/u).filter((part) => part !== '');
  // A drive's colon is not one that VS Code takes for the line's.
  const encoded = parts.map((part) => encodeURIComponent(part).replace(/^([a-z])%3A$/iu, '$1:')).join('/');
  return `vscode://file/${encoded}:${line ?? 1}`;
}
