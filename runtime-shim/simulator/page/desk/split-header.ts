export interface SplitMessage {
  /** The header line, if the message has one. */
  readonly header?: string;
  /** Whose header it is; `user` when there is none to tell by. */
  readonly author: 'bot' | 'lead' | 'user';
  readonly text: string;
}

/** Takes the binding's header off a mirrored text: `<header>\n<text>`, or the header alone above a file. */
export function splitHeader(text: string, headers: { readonly bot: string; readonly lead: string }): SplitMessage {
  for (const author of ['bot', 'lead'] as const) {
    const header = headers[author];
    if (header === '') continue;
    if (text === header) return { header, author, text: '' };
    if (text.startsWith(`${header}\n`)) return { header, author, text: text.slice(header.length + 1) };
  }
  return { author: 'user', text };
}
