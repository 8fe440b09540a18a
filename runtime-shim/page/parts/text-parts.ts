export interface TextPart {
  readonly text: string;
  /** Set when the part is a link. */
  readonly href?: string;
}

const LINK = /https?:\/\/[^\s<>"'`]+/giu;
/** What usually ends a sentence rather than a link. */
const TRAILING = '.,;:!?)]}»';

/** By hand: an expression that ends in `+$` begins again at each of thousands of such characters inside an address. */
function withoutTrailing(link: string): string {
  let end = link.length;
  while (end > 0 && TRAILING.includes(link.charAt(end - 1))) end -= 1;
  return link.slice(0, end);
}

/** The address if it is one a person may open: absolute, http or https. */
export function httpLink(value: string): string | undefined {
  const url = URL.parse(value);
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:') ? url.href : undefined;
}

/** Splits a text into plain parts and http(s) links. The parts put together are the text. */
export function textParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const raw = withoutTrailing(match[0]);
    const href = httpLink(raw);
    if (href === undefined) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index) });
    parts.push({ text: raw, href });
    end = match.index + raw.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

/** A link that opens a file in VS Code at a line, whatever characters the path has and whichever way its slashes lean. */
export function editorLink(path: string, line: number | null): string {
  const parts = path.split(/[\\/]/u).filter((part) => part !== '');
  // A drive's colon is not one that VS Code takes for the line's.
  const encoded = parts.map((part) => encodeURIComponent(part).replace(/^([a-z])%3A$/iu, '$1:')).join('/');
  return `vscode://file/${encoded}:${line ?? 1}`;
}

export interface SplitMessage {
  /** The header line, if the message has one. */
  readonly header?: string;
  /** Whose header it is; `user` when there is none to tell by. */
  readonly author: 'bot' | 'lead' | 'note' | 'user';
  readonly text: string;
}

/** Takes the binding's header off a mirrored text: `<header>\n<text>`, or the header alone above a file. */
export function splitHeader(
  text: string,
  headers: { readonly bot: string; readonly lead: string; readonly note: string },
): SplitMessage {
  for (const author of ['bot', 'lead', 'note'] as const) {
    const header = headers[author];
    if (header === '') continue;
    if (text === header) return { header, author, text: '' };
    if (text.startsWith(`${header}\n`)) return { header, author, text: text.slice(header.length + 1) };
  }
  return { author: 'user', text };
}
