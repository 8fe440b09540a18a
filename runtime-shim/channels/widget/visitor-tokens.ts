/** Who writes from a page: shown by a signed token, so that nothing is stored of somebody who has said nothing. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { externalIdSchema } from '../../../plugin/contract/lead.ts';

/** How long a token holds, ms. Our choice: who comes back within a month finds the talk; each visit renews it. */
const TOKEN_MS = 30 * 86_400_000;
/** Of an id that we make, bytes: nobody guesses another one's. */
const ID_BYTES = 18;

const tokenSchema = z.object({
  /** The channel, the lead and the origin that it is for. */
  c: z.string(),
  l: externalIdSchema,
  o: z.string(),
  /** The person's name, as the page told it. */
  n: z.string().exactOptional(),
  /** Until when it holds, Unix ms. */
  e: z.int(),
});

/** Somebody on a page. */
export interface Visitor {
  /** The lead's id in the channel: `v:` and a random one, or `u:` and the id of the site's signed-in user. */
  readonly lead: string;
  /** The page's origin; `own`: this server's own page. */
  readonly origin: string;
  readonly name?: string;
}

export interface VisitorToken {
  readonly token: string;
  /** Unix ms. */
  readonly until: number;
}

export class VisitorTokens {
  readonly #code: string;
  readonly #anonymous: Buffer;
  readonly #signedIn: Buffer;
  readonly #identitySecret: string | undefined;

  /** @param key of all nodes of this storage */
  constructor(key: Buffer, code: string, identitySecret: string | undefined) {
    this.#code = code;
    this.#anonymous = hmac(key, `widget visitors\n${code}`);
    // Another secret of the site ends what was shown with the one before.
    this.#signedIn = hmac(this.#anonymous, identitySecret ?? '');
    this.#identitySecret = identitySecret;
  }

  /** Somebody whom nobody has seen before. */
  stranger(origin: string, name?: string): Visitor {
    return {
      lead: `v:${randomBytes(ID_BYTES).toString('base64url')}`,
      origin,
      ...(name === undefined ? {} : { name }),
    };
  }

  /** The site's user with this id; `undefined`: the signature is not the site's. */
  user(origin: string, user: string, signature: string, name?: string): Visitor | undefined {
    if (this.#identitySecret === undefined) return undefined;
    const right = hmac(this.#identitySecret, user);
    const given = Buffer.from(signature, 'hex');
    if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
    return { lead: `u:${user}`, origin, ...(name === undefined ? {} : { name }) };
  }

  make({ lead, origin, name }: Visitor, now: number): VisitorToken {
    const until = now + TOKEN_MS;
    const told = { c: this.#code, l: lead, o: origin, ...(name === undefined ? {} : { n: name }), e: until };
    const text = Buffer.from(JSON.stringify(told)).toString('base64url');
    return { token: `${text}.${this.#sign(text, lead).toString('base64url')}`, until };
  }

  /** Whom a token shows; `undefined`: nobody, or no longer. */
  read(token: string, now: number): Visitor | undefined {
    const [text = '', signature = '', more] = token.split('.');
    const told = tokenSchema.safeParse(jsonOf(text)).data;
    if (told === undefined || more !== undefined) return undefined;
    const given = Buffer.from(signature, 'base64url');
    const right = this.#sign(text, told.l);
    if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
    if (told.c !== this.#code || told.e < now) return undefined;
    return { lead: told.l, origin: told.o, ...(told.n === undefined ? {} : { name: told.n }) };
  }

  #sign(text: string, lead: string): Buffer {
    return hmac(lead.startsWith('u:') ? this.#signedIn : this.#anonymous, text);
  }
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown;
  } catch {
    return undefined;
  }
}
