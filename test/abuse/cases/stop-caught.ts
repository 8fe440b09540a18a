import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'going on after bot.stop()',
  code: `lead.setAttr("a", "1");
try { bot.stop(); } catch (e) {}
try { lead.setAttr("b", "2"); } catch (e) {}
try { bot.sendMessage("x"); } catch (e) {}
return "went on";`,
  ends: ['ok'],
  returns: null,
  check: (result) => {
    if (!result.ok || 'b' in result.writes.attributes || result.actions.length !== 1)
      throw new Error(JSON.stringify(result));
  },
};
