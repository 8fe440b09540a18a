import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { expandSnippets } from '../../../runtime-shim/sandbox/expand-snippets.ts';

const library = (code: string) => ({ file: 'x.js', code });

function expanded(code: string, libraries: Record<string, string>) {
  const given = Object.fromEntries(Object.entries(libraries).map(([name, text]) => [name, library(text)]));
  const result = expandSnippets(code, given);
  if ('problem' in result) throw new Error(result.problem.en);
  return result;
}

test('replaces a snippet with its text, nested ones too', () => {
  expect(expanded('a; snippet(\'S\'); b; snippet( "T" ) c', { S: '1;', T: "2 snippet('S')" }).code).toBe(
    'a; 1; b; 2 1; c',
  );
});

test('[[:Name:]] is another spelling, and a class of POSIX is not', () => {
  expect(expanded('[[:Business.A.B:]]; [[:Business.A.B:]]', { 'Business.A.B': '1' }).code).toBe('1 1');
  expect(expanded('"[[:alpha:]]"', {}).code).toBe('"[[:alpha:]]"');
});

test('leaves a script without snippets as it is', () => {
  expect(expanded("require('S')", {}).code).toBe("require('S')");
  expect(expanded('snippet(name); mysnippet("S")', { S: 'x' }).code).toBe('snippet(name); mysnippet("S")');
});

test('finds every character again: in the script or in the snippet that it came from', () => {
  const texts = fc.array(fc.constantFrom('a', 'bc', '\n', '\r\n', '\u2028', '  ', "snippet('S')", "snippet('T');"), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(texts, fc.constantFrom('x', 'x\ny', '\nz\n', ''), (parts, text) => {
      const script = parts.join('');
      const sources = { S: text, T: `1${text}\n2` };
      const result = expanded(script, sources);
      let line = 1;
      let column = 1;
      for (let at = 0; at < result.code.length; at += 1) {
        const found = result.locate(line, column);
        const source = found.library === null ? script : sources[found.library as 'S' | 'T'];
        // V8 never points between the two halves of a Windows line end.
        const isInLineEnd = result.code[at] === '\n' && result.code[at - 1] === '\r';
        expect(isInLineEnd || characterAt(source, found.line, found.column) === result.code[at]).toBe(true);
        const isEnd = /[\n\u2028]/.test(result.code[at] ?? '');
        line += isEnd ? 1 : 0;
        column = isEnd ? 1 : column + 1;
      }
    }),
  );
});

function characterAt(text: string, line: number, column: number): string | undefined {
  let start = 0;
  for (let left = line; left > 1; left -= 1)
    start += /^[^\n\u2028]*[\n\u2028]/.exec(text.slice(start))?.[0].length ?? 0;
  return text[start + column - 1];
}

test.each([
  ['empty ones', ''],
  ['ones of a space', ' '],
])('snippets that multiply each other come to an end: %s', (_, end) => {
  const times = (name: string): { file: string; code: string } => library(`snippet('${name}')`.repeat(400));
  const libraries = { A: times('B'), B: times('C'), C: library(end) };
  expect(expandSnippets("snippet('A')".repeat(400), libraries)).toMatchObject({
    code: 'script_argument',
    problem: { en: 'the script uses more than 10000 snippets' },
  });
});

test('a message about an unknown library lists a bounded number of those there are', () => {
  const libraries = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`Business.A.L${n}`, library('')]));
  const found = expandSnippets("snippet('Business.A.X')", libraries);
  expect('problem' in found && found.problem.en).toMatch(/known: Business\.A\.L0, .* and 470 more$/);
});
