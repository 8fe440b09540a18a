import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a continuation that writes after the end, with no word of asynchronous code in the text',
  code: String.raw`const P = globalThis["Prom" + "ise"];
P.resolve()["th" + "en"](() => { try { lead.setAttr("late", "1"); } catch (e) {} try { bot.sendMessage("late"); } catch (e) {} try { console.log("late"); } catch (e) {} });
return 1;`,
  ends: ['ok', 'script_async'],
  check: (result) => {
    if (JSON.stringify(result).includes('late')) throw new Error(JSON.stringify(result));
  },
};
