import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findTypeScript, typeCheck } from '../../../../runtime-shim/bot/check/type-check.ts';

let folder = '';
let typings = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'typings-'));
  typings = join(folder, 'lead.d.ts');
  const members =
    'setLiveTexAttr(attributes: Record<string, string | number | boolean | null>): Lead; getAttr(key: string): string | null;';
  await writeFile(
    typings,
    `interface Lead { ${members} }\ndeclare const lead: Lead; declare function require(name: string): any;`,
  );
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

it('finds wrong calls at their place in the author’s own file, and nothing else', async () => {
  const typescript = await findTypeScript(folder);
  if (typescript === undefined) throw new Error('the checkout has TypeScript');
  const problems = await typeCheck(
    typescript,
    [
      {
        file: 'номер_заявки.js',
        code: "attr = { 'номер_заявки': 705, };\nlead.setLiveTexAttr(attr);\nreturn attr.номер;",
      },
      {
        file: 'плохо.js',
        // The timer and the promise are for our own rules.
        code: "lead.setLivetexAttr({ a: 1 }); setTimeout(() => lead.getAttr('a').then(), 1);\n\n  lead.setLiveTexAttr('a');\nlead.getAttr('x').length; неизвестно();",
      },
      {
        file: 'libraries/Business.A.B.js',
        code: "const x = require('Common.Bot.Commands');\nmodule.exports = { x: lead.getAttr(1) };",
      },
    ],
    [typings],
  );
  expect(problems.map(({ file, line, column, rule }) => `${file}:${line}:${column} ${rule}`).sort()).toEqual([
    'libraries/Business.A.B.js:2:36 TS2345',
    'плохо.js:1:6 TS2551',
    'плохо.js:3:23 TS2345',
    'плохо.js:4:27 TS2304',
  ]);
  expect(problems.find(({ rule }) => rule === 'TS2551')?.message).toContain("Did you mean 'setLiveTexAttr'?");
});
