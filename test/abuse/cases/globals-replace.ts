import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'other values for our names',
  code: `lead = { setAttr() {} };
var was = typeof lead.getAttr;
bot = console = memory = livetex = require = undefined;
return [was, typeof bot, typeof livetex, typeof require];`,
  ends: ['ok'],
  returns: ['function', 'object', 'object', 'function'],
};
