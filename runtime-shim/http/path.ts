export type ParsedPath =
  | { readonly ok: true; readonly segments: readonly string[] }
  | { readonly ok: false; readonly reason: string };

/**
 * The decoded segments of a request's path. Split before decoding, so that a lead's id may hold a slash (`%2F`); nothing is
 * normalised, so `..` is a segment like any other.
 */
export function parsePath(target: string): ParsedPath {
  const path = target.includes('?') || target.includes('#') ? (target.split(/[?#]/, 1)[0] ?? '') : target;
  if (!path.startsWith('/')) return { ok: false, reason: 'the request target must be a path' };
  if (!path.includes('%')) return { ok: true, segments: path.slice(1).split('/') };
  try {
    return { ok: true, segments: path.slice(1).split('/').map(decodeURIComponent) };
  } catch {
    return { ok: false, reason: 'the path has a wrong percent-encoding' };
  }
}
