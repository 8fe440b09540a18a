import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a library that attacks the script that loads it',
  code: `require("Business.Evil");
lead.setAttr("a", "b");
return lead.getAttr("a") + typeof lead.setAttr + Object.keys(lead.getAllAttr());`,
  ends: ['ok'],
  returns: 'bfunctiona',
  run: {
    libraries: {
      'Business.Evil': {
        file: 'evil.js',
        code: 'lead = null; globalThis.lead = null; lead.setAttr = null; Array.prototype.map = null; Object.prototype.toJSON = () => 1; JSON.stringify = null; delete globalThis.lead; this.bot = null;',
      },
    },
  },
};
