import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'objects that fight against being printed',
  code: `console.log(new Proxy({}, { ownKeys() { throw 1; } }), { get a() { for (;;); } }, Object.create({ get b() { for (;;); } }), new (class { get [Symbol.toStringTag]() { for (;;); } })());
return 1;`,
  ends: ['ok'],
  returns: 1,
};
