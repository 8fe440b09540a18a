import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'methods of ours replaced, for a later library',
  code: `"use strict";
lead.setLiveTexAttr = () => 1;`,
  ends: ['script_error'],
  says: /read only/,
};
