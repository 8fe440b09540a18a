export interface TextPart {
  readonly text: string;
  /** Set when the part is a link. */
  readonly href?: string;
}

const LINK = /https?:\/\/[^\s<>"'`]+/giu;
/** What usually ends a sentence rather than a link. */
const TRAILING = /[.,;:!?)\]}»]+$/u;

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
    const raw = match[0].replace(TRAILING, '');
    const href = httpLink(raw);
    if (href === undefined) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index) });
    parts.push({ text: raw, href });
    end = match.index + raw.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}
