import type { Text } from './text.ts';

const { isArray } = Array;

/**
 * Names the kind of any value for an error message (`an array`, `null`, `NaN`), without running code of the value. Used by
 * the platform's guest code and by the plugin's.
 */
export function describe(value: unknown): Text {
  if (value === null) return named('null');
  switch (typeof value) {
    case 'undefined':
      return named('undefined');
    case 'string':
      return value === '' ? { en: 'an empty string', ru: 'пустая строка' } : { en: 'a string', ru: 'строка' };
    case 'number':
      if (value !== value) return named('NaN');
      if (value === Infinity) return named('Infinity');
      return value === -Infinity ? named('-Infinity') : { en: 'a number', ru: 'число' };
    case 'boolean':
      return named(value ? 'true' : 'false');
    case 'function':
      return { en: 'a function', ru: 'функция' };
    case 'symbol':
      return { en: 'a symbol', ru: 'символ' };
    case 'bigint':
      return { en: 'a bigint', ru: 'bigint' };
    default:
      try {
        return isArray(value) ? { en: 'an array', ru: 'массив' } : OBJECT;
      } catch {
        // A revoked Proxy.
        return OBJECT;
      }
  }
}

const OBJECT: Text = { en: 'an object', ru: 'объект' };

function named(word: string): Text {
  return { en: word, ru: word };
}
