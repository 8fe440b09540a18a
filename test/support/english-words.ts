/** Names that stay as they are in every language. */
const NAMES = new Set(
  (
    'LiveTex Metabot TypeScript JSON UTF JavaScript Node Ctrl PostgreSQL SQLite API HTTP IP ASCII BigInt Proxy NUL ' +
    'CPU URL VS Code CREATE Fallback stdout stderr SIGTERM POST id Unicode LANG FILE TextEncoder SIGHUP HTTPS CSV'
  ).split(' '),
);

/** Everything that is no word of a sentence: what is quoted, code, links, paths, places, options, codes, JSON. */
const NO_WORDS = [
  /metabot-livetex|\w+\[\d+\][\w.[\]]*/gu,
  /^[ >]*\d* \|.*$/gmu, // The frame of code below an error.
  /https?:\/\/\S+|postgres:\/\//gu,
  /"[^"\n]*"|`[^`\n]*`|«[^»\n]*»|'[^'\n]*'/gu,
  /[[{<(][\w\s:,.'"…|{}[\]=!/&*?-]*[\]}>)]/gu, // Signatures, placeholders, codes behind a message.
  /--[\w-]+(?:[ =][A-Z]{1,8}\b|[ =][a-z]{2}\b)?/gu,
  /\b[A-Z]\w*Error\b/gu,
  /[\w@-]*[_./\\|:][\w./\\|:-]*/gu, // Codes, paths, `bot.json:3:4`, `lead.setAttr`.
  /\b\w*\d\w*\b/gu,
  /\b[a-z]+[A-Z]\w*\b/gu, // camelCase
];

/** The Latin words of an output that no name, code or quotation explains. `known`: further names that may stand there. */
export function englishWords(output: string, known: readonly string[] = []): string[] {
  const prose = NO_WORDS.reduce((text, pattern) => text.replaceAll(pattern, ' '), output);
  return Array.from(prose.matchAll(/[A-Za-z]{2,}/gu), ([word]) => word).filter(
    (word) => !NAMES.has(word) && !known.includes(word),
  );
}
