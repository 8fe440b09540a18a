import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'what the stack says of the host',
  code: 'try { lead.setAttr(1); } catch (e) { return e.stack; }',
  ends: ['ok'],
  check: (result) => {
    if (!result.ok || /metabot|platform|node:|isolated/.test(JSON.stringify(result.returned)))
      throw new Error(JSON.stringify(result));
  },
};
