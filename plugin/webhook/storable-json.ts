/**
 * Is what was parsed from this text storable as it is? A cheap look: in well-formed JSON, NUL and lone surrogates can only
 * come as escapes (RFC 8259, section 7).
 */
export function isStorable(jsonText: string): boolean {
  return !jsonText.includes(String.raw`\u`) && !jsonText.includes('__proto__');
}

/**
 * A JSON value that every storage keeps and every peer can read: lone surrogates become U+FFFD, and NUL, which
 * PostgreSQL refuses in texts, is dropped; in keys too. A key `__proto__` is dropped: no event has one, and it is
 * only sent to poison an object that copies it.
 */
export function storableJson(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(storableJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== '__proto__')
      .map(([key, item]) => [storableText(key), storableJson(item)]),
  );
}

function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '');
}
