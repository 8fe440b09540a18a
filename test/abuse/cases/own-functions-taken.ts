import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'functions of ours taken from their objects and given other receivers',
  code: `const { setAttr, getAttr } = lead;
setAttr.call(null, "a", "b");
return [getAttr.apply(bot, ["a"]), Reflect.construct === undefined, (() => { try { new setAttr(); return "made"; } catch (e) { return e.constructor === TypeError; } })()];`,
  ends: ['ok'],
  returns: ['b', false, true],
};
