import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`arguments.callee.caller` of our functions',
  code: `function f() { return String(arguments.callee.caller); }
let seen;
const o = { get text() { seen = f.caller; return "a"; }, callback_data: "b" };
bot.sendMessage("x", [[o]]);
return [typeof seen, seen === null];`,
  ends: ['ok'],
  returns: ['object', true],
};
