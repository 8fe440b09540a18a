import { everyFormOf } from './secret-search.ts';

/** Shorter ones are words that stand in texts by chance (`token`, `key`). */
const LEAST_LENGTH = 8;
/** Around what was found, characters. */
const SHOWN = 80;

/** Forms of the tokens and keys that were used in this test file so far, each with the secret. */
const forms = new Map<string, string>();
const found = new Set<string>();

/** From now on nothing that our software puts out may hold this token or key. */
export function watchSecret(secret: string): void {
  if (secret.length < LEAST_LENGTH || forms.has(secret)) return;
  for (const form of everyFormOf(secret)) if (form.length >= LEAST_LENGTH) forms.set(form, secret);
}

/** What was used in another file may stand in this one by chance. */
export function forgetSecrets(): void {
  forms.clear();
}

/** Looks through something that our software has put out: a log, an answer, a page. */
export function watchOutput(where: string, text: string): void {
  for (const [form, secret] of forms) {
    const at = text.indexOf(form);
    if (at >= 0) found.add(`${where} holds "${secret}": …${text.slice(Math.max(0, at - SHOWN), at + SHOWN)}…`);
  }
}

/** What was found since it was last asked. */
export function takeFound(): string[] {
  const taken = [...found];
  found.clear();
  return taken;
}
