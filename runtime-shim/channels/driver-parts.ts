/** What several drivers do alike. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { parseBoundedJson } from '../../plugin/contract/bounded-json.ts';
import type { Attachment } from '../../plugin/contract/message.ts';
import type { OpenedFile, Part, SendContext, SendOutcome } from './contract.ts';

export function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Tells two texts apart that are too long for an id, or hold what an id may not. */
export function hashOf(text: string): string {
  return digest(text).toString('base64url').slice(0, 22);
}

/** Does a request carry the secret? In a time that says nothing of how near a wrong one was. */
export function isSecret(given: unknown, secret: string): boolean {
  return typeof given === 'string' && timingSafeEqual(digest(given), digest(secret));
}

const paramsSchema = z.record(z.string(), z.unknown());

/**
 * What the author wants the platform to be told beside; none when it is no object. `refused`: fields that would reach other people,
 * or show what others wrote.
 */
export function paramsOf({ params }: Part, refused: readonly string[] = []): Readonly<Record<string, unknown>> {
  const json = params === undefined ? undefined : parseBoundedJson(params);
  const given = paramsSchema.safeParse(json?.ok === true ? json.value : {}).data ?? {};
  return Object.fromEntries(Object.entries(given).filter(([field]) => !refused.includes(field)));
}

/** A file's own name, or the last piece of its address. */
export function fileNameOf({ name, url }: Attachment): string {
  if (name !== undefined) return name;
  const last = URL.parse(url)?.pathname.split('/').at(-1) ?? '';
  return last === '' ? 'file' : last;
}

/** The file's content, to be sent along; an outcome: it cannot be had, or is too large. */
export async function contentOf(
  { url }: Attachment,
  maxBytes: number,
  { openLink, signal }: SendContext,
): Promise<OpenedFile | SendOutcome> {
  try {
    return await openLink(url, maxBytes, signal);
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message : 'it cannot be had';
    return { is: 'not_shown', because: 'file', why: `the file cannot be sent along: ${why}` };
  }
}

/** Somebody else's address for people: what stands behind a question mark may be a secret of theirs. */
export function shownAddress(url: string): string | undefined {
  const parsed = URL.parse(url);
  return parsed === null ? undefined : `${parsed.origin}${parsed.pathname}`;
}
