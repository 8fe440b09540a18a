const { isArray } = Array;

/** Names the kind of any value for an error message (`an array`, `null`, `NaN`), without running code of the value. Used by the platform's guest code and by the plugin's. */
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
      try {
        return isArray(value) ? 'an array' : 'an object';
      } catch {
        // A revoked Proxy.
        return 'an object';
      }
  }
}
