import { isArray } from './intrinsics.guest.ts';

/** Names the kind of any value for an error message, without running code of the value: `an array`, `null`, `NaN`. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'undefined':
      return 'undefined';
    case 'string':
      return value === '' ? 'an empty string' : 'a string';
    case 'number':
      return value !== value ? 'NaN' : value === Infinity ? 'Infinity' : value === -Infinity ? '-Infinity' : 'a number';
    case 'boolean':
      return value ? 'true' : 'false';
    case 'function':
      return 'a function';
    case 'symbol':
      return 'a symbol';
    case 'bigint':
      return 'a bigint';
    default:
      return isListLike(value) ? 'an array' : 'an object';
  }
}

/** `Array.isArray` throws on a revoked Proxy. */
function isListLike(value: unknown): boolean {
  try {
    return isArray(value);
  } catch {
    return false;
  }
}
