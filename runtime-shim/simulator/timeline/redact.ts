/** What stands where a secret stood. */
const HIDDEN = '•••';
/** Deeper than any LiveTex body; beyond it a value is cut rather than walked. */
const MAX_DEPTH = 12;
/** Longest text of a detail: a body can hold a message of 100,000 characters, and thousands of entries are kept. */
const MAX_TEXT = 10_000;
/** Fields whose value is a secret whoever sent it. */
const SECRET_FIELDS = new Set(['webhook_key', 'authorization']);

/** A copy of a JSON value that is safe to show: without the given secrets, without secret fields, bounded. */
export function redact(value: unknown, secrets: readonly string[], depth = 0): unknown {
  if (typeof value === 'string') return withoutSecrets(value, secrets);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.map((item) => redact(item, secrets, depth + 1));
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [
    withoutSecrets(key, secrets),
    SECRET_FIELDS.has(key.toLowerCase()) ? HIDDEN : redact(item, secrets, depth + 1),
  ]);
  return Object.fromEntries(entries);
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  const clean = secrets.reduce((kept, secret) => (secret === '' ? kept : kept.replaceAll(secret, HIDDEN)), text);
  return clean.length > MAX_TEXT ? `${clean.slice(0, MAX_TEXT)}…` : clean;
}
