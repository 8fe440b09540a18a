/** After one of these a slash begins a regular expression; after a name, a number or a closing bracket it divides. */
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|delete|void|throw|new|else|do))\s*$/u;

/**
 * The code with every comment and the inside of every string, template text and regular expression blanked out, all at
 * its place: what is left is code. A scanner, not a parser: the file has already been compiled, so it is well-formed.
 */
export function maskCode(code: string): string {
  const out = Array.from(code.split(''));
  /** Depths of `{` at which a template's `${` closes again. */
  const templates: number[] = [];
  let depth = 0;
  let at = 0;
  const blank = (from: number, to: number): void => {
    for (let index = from; index < to; index += 1) if (out[index] !== '\n') out[index] = ' ';
  };
  const templateText = (from: number): number => {
    let index = from;
    while (index < code.length && code[index] !== '`') {
      if (code[index] === '$' && code[index + 1] === '{') {
        blank(from, index);
        templates.push(depth);
        depth += 1;
        return index + 2;
      }
      index += code[index] === '\\' ? 2 : 1;
    }
    blank(from, index);
    return index + 1;
  };
  while (at < code.length) {
    const char = code[at];
    const next = code[at + 1];
    if (char === '/' && (next === '/' || next === '*')) {
      const end = endOfComment(code, at);
      blank(at, end);
      at = end;
    } else if (char === "'" || char === '"') {
      const end = endOf(code, at + 1, char);
      blank(at + 1, end);
      at = end + 1;
    } else if (char === '`') {
      at = templateText(at + 1);
    } else if (char === '/' && BEFORE_REGEX.test(out.slice(Math.max(0, at - 40), at).join(''))) {
      const end = endOfRegex(code, at + 1);
      blank(at + 1, end);
      at = end + 1;
    } else {
      if (char === '{') depth += 1;
      if (char === '}') {
        depth -= 1;
        if (templates.at(-1) === depth) {
          templates.pop();
          at = templateText(at + 1);
          continue;
        }
      }
      at += 1;
    }
  }
  return out.join('');
}

function endOfComment(code: string, at: number): number {
  const isLine = code[at + 1] === '/';
  const end = code.indexOf(isLine ? '\n' : '*/', at + 2);
  if (end < 0) return code.length;
  return isLine ? end : end + 2;
}

/** Where an unescaped `close` stands, from here on. */
function endOf(code: string, from: number, close: string): number {
  let index = from;
  while (index < code.length && code[index] !== close) index += code[index] === '\\' ? 2 : 1;
  return Math.min(index, code.length);
}

/** A slash within a class (`[/]`) does not end the expression. */
function endOfRegex(code: string, from: number): number {
  let inClass = false;
  for (let index = from; index < code.length; index += 1) {
    const char = code[index];
    if (char === '\\') index += 1;
    else if (char === '\n') return index;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '/' && !inClass) return index;
  }
  return code.length;
}
