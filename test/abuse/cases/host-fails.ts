import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a host function that fails with a path of the machine in its words',
  code: 'livetex.hasOnlineOperators();',
  ends: ['script_host_failed'],
  run: {
    call: async () => {
      throw Object.assign(new Error(`ENOENT: ${process.cwd()}`), { code: 'ENOENT' });
    },
  },
};
