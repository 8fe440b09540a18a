import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'the same as a JSON attribute, which the host prints in a text of the bot',
  code: String.raw`let o = [];
for (let i = 0; i < 5000; i += 1) o = [o];
lead.setJsonAttr("a", o);`,
  ends: ['script_error'],
  says: /not as it should be|call stack/,
};
