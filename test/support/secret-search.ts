import { inspect } from 'node:util';

/** Every way in which a server or a library may write a secret. */
export function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const percent = encodeURIComponent(secret);
  return [
    secret,
    json,
    percent,
    percent.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    encodeURIComponent(percent),
    new URLSearchParams({ secret }).toString().slice('secret='.length),
    Array.from(secret, (character) => `\\u00${character.charCodeAt(0).toString(16).padStart(2, '0')}`).join(''),
    Array.from(secret, (character) => `&#${character.charCodeAt(0)};`).join(''),
    Array.from(secret, (character) => `%${character.charCodeAt(0).toString(16)}`).join(''),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  ];
}

/** Those, and the ways in which a program may carry it along unread: a header's credentials, a dump of bytes. */
export function everyFormOf(secret: string): string[] {
  return [...formsOf(secret), ...inBase64(secret), Buffer.from(secret).toString('hex')];
}

/** Base64 has three forms of a text, by its place in what is encoded; the ends, which depend on the neighbours, are left out. */
function inBase64(secret: string): string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
    const text = bytes.toString('base64').replaceAll('=', '');
    const own = text.slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** Where in a value the secret is, in whatever form: own properties, hidden ones, symbols, causes, stacks, map entries. */
export function findSecret(value: unknown, secret: string): string[] {
  const forms = everyFormOf(secret);
  const found: string[] = [];
  const seen = new Set<unknown>();
  const look = (part: unknown, path: string): void => {
    if (typeof part === 'string') {
      if (forms.some((form) => part.includes(form))) found.push(path);
      return;
    }
    if ((typeof part !== 'object' && typeof part !== 'function') || part === null || seen.has(part)) return;
    seen.add(part);
    if (part instanceof Map || part instanceof Set) look([...part], `${path}<entries>`);
    for (const key of Reflect.ownKeys(part)) {
      look(typeof key === 'symbol' ? key.description : key, `${path}.${String(key)} (the name)`);
      look(Reflect.get(part, key), `${path}.${String(key)}`);
    }
  };
  look(value, 'it');
  if (forms.some((form) => inspect(value, { depth: 20, showHidden: true }).includes(form))) found.push('inspect(it)');
  return found;
}
