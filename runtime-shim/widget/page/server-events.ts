/** Server-sent events out of a stream that `fetch` reads: `EventSource` can send no header, and a token belongs into no address. */

export interface ServerEvent {
  readonly type: string;
  readonly id: string;
  readonly data: string;
}

/** Takes a stream in pieces, wherever they are cut; gives the events that are whole. */
export class EventReader {
  #rest = '';

  take(piece: string): ServerEvent[] {
    const parts = (this.#rest + piece).split('\n\n');
    this.#rest = parts.pop() ?? '';
    return parts.flatMap((part) => {
      const fields: Record<string, string> = {};
      for (const line of part.split('\n')) {
        const at = line.indexOf(':');
        // A line that begins with a colon is a comment: the server is still there.
        if (at > 0) fields[line.slice(0, at)] = line.slice(at + 1).replace(/^ /, '');
      }
      const { event: type = 'message', id = '', data } = fields;
      return data === undefined ? [] : [{ type, id, data }];
    });
  }
}
