import type { ScriptRun } from './contract.ts';

/** A name that a script can use bare; anything else in `args` stays out of scope. */
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/** What a run gives to the guest, as JSON (`globals/run-state.guest.ts`, `RunInput`). */
export function runInput(run: ScriptRun): string {
  return JSON.stringify({
    file: run.file,
    args: Object.fromEntries(Object.entries(run.args).filter(([name]) => IDENTIFIER.test(name))),
    lead: run.lead,
    bot: run.bot.attributes,
    memory: run.memory,
    webhookPayload: run.webhookPayload,
    known: knownAnswers(run),
    libraries: Object.fromEntries(Object.entries(run.libraries).map(([name, library]) => [name, library.file])),
  });
}

/** By what is called, as the guest asks for it. */
function knownAnswers(run: ScriptRun): Record<string, { v: string; until: number }> | undefined {
  const known = run.known?.() ?? [];
  if (known.length === 0) return undefined;
  const now = Date.now();
  return Object.fromEntries(
    known.map(({ plugin, name, args, value, forMs }) => [
      `${plugin} ${name} ${JSON.stringify(args)}`,
      { v: JSON.stringify(value), until: now + forMs },
    ]),
  );
}
