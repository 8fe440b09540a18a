/** Tints of `avatar.css`. */
const TINTS = 6;

/** Somebody's initials on a tint that stays theirs. */
export function Avatar({ name }: { readonly name: string }) {
  const initials = name
    .split(/\s+/u)
    .map((word) => Array.from(word).find((char) => /\p{L}|\p{N}/u.test(char)) ?? '')
    .join('')
    .slice(0, 2)
    .toUpperCase();
  const tint = Array.from(name).reduce((sum, char) => sum + (char.codePointAt(0) ?? 0), 0) % TINTS;
  return (
    <span class={`avatar tint-${tint}`} aria-hidden="true">
      {initials || '?'}
    </span>
  );
}
