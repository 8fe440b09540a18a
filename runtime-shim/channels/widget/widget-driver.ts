import { channelError } from '../channel-errors.ts';
import type { ChannelDriver, ChannelTraits, Inspection, Received, SendOutcome } from '../contract.ts';

/** A page shows whatever there is: the bounds are those of a message itself. */
export const WIDGET_TRAITS: ChannelTraits = {
  textUnits: 100_000,
  captionUnits: 100_000,
  buttons: { perRow: 100, rows: 100, all: 100, captionUnits: 1_000, dataBytes: 4_000 },
  linkBytes: { image: Infinity, video: Infinity, audio: Infinity, file: Infinity },
  uploadBytes: { image: Infinity, video: Infinity, audio: Infinity, file: Infinity },
};

export interface WidgetOptions {
  /** Pages of these origins may have the chat: `https://shop.example.com`. Default: the server's own page only. */
  readonly origins?: readonly string[];
  /** The site signs its users' ids with it (HMAC-SHA256, hexadecimal), so that nobody can say to be another. */
  readonly identitySecret?: string;
}

/** A chat on a site. Its messenger is this server: what a person writes and reads is in `widget.ts`. */
export function widgetDriver(options: WidgetOptions = {}): WidgetDriver {
  return new WidgetDriver(options);
}

export class WidgetDriver implements ChannelDriver {
  readonly kind = 'widget';
  readonly traits = WIDGET_TRAITS;
  readonly mode = 'page';
  readonly account = 'widget';
  readonly origins: readonly string[];
  readonly identitySecret: string | undefined;

  constructor({ origins = [], identitySecret }: WidgetOptions) {
    this.origins = origins;
    this.identitySecret = identitySecret;
  }

  /** No messenger posts here. */
  receive(): Received {
    return { answer: { status: 404, body: '' }, items: [] };
  }

  /** The person reads the transcript itself: a line that is stored has been sent. */
  async send(): Promise<SendOutcome> {
    return { is: 'done' };
  }

  async register(url: string | null): Promise<void> {
    if (url !== null)
      throw channelError('channel_failed', { kind: this.kind, why: 'nobody posts to a chat on a site' });
  }

  async inspect(): Promise<Inspection> {
    const account = this.origins.length === 0 ? 'own page only' : this.origins.join(', ');
    return { account, registered: null, checks: [] };
  }

  async close(): Promise<void> {}
}
