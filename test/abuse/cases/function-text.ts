import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'the text of our functions, which is published and may be read, but names nothing of the host',
  code: String.raw`const said = [];
for (const o of [lead, bot, memory, console, livetex, { require, snippet }]) for (const k of Object.keys(o)) said.push(Function.prototype.toString.call(o[k]));
return said;`,
  ends: ['ok'],
};
