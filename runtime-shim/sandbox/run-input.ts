import type { RunInput } from '../globals/run-state.guest.ts';
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
    ...libraryNames(run.libraries),
  });
}

/** The libraries' files, and the other names of some of them. */
function libraryNames(libraries: ScriptRun['libraries']): Pick<RunInput, 'libraries' | 'libraryNames'> {
  const files: Record<string, string> = {};
  const names: Record<string, string> = {};
  for (const [name, { file, sameAs }] of Object.entries(libraries)) {
    if (sameAs === undefined) files[name] = file;
    else names[name] = sameAs;
  }
  return { libraries: files, libraryNames: names };
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
