import type { Check } from '../../../plugin/contract/plugin.ts';
import { codeOf } from '../../../plugin/contract/coded-error.ts';
import { type Language, wordsFor } from '../../../plugin/contract/text.ts';
import { createMemoryStorage, systemClock } from '../../../plugin/storage/index.ts';
import { type CommandWork, EXIT_DONE, EXIT_FAILED } from '../command.ts';
import { chosenBindings } from './webhook.ts';
import { type Config, loadConfig } from '../config/load-config.ts';
import { MAINTENANCE_TEXTS } from '../maintenance/maintenance-texts.ts';
import { onStorage, type OpenMaintenance, openMaintenanceOf } from '../maintenance/open-maintenance.ts';
import { coloured, printableField, printableJson, type Terminal } from '../terminal.ts';

interface Examined {
  readonly binding: string;
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

/** `doctor`: every check of the bindings, by the running server where there is one. */
export const doctor: CommandWork = async ({ terminal, arguments: { values }, json, language, cwd, env }) => {
  const config = await loadConfig(values['config'] ?? '', cwd, env);
  const bindings = chosenBindings(config.livetex, values['binding']);
  const maintenance = await maintenanceFor(config);
  try {
    const examined: Examined[] = [];
    for (const { id } of bindings) {
      const checks = await maintenance.check(id);
      examined.push({ binding: id, ok: checks.every(({ ok }) => ok), checks });
    }
    const ok = examined.every((one) => one.ok);
    terminal.out(
      json
        ? printableJson({ ok, bindings: examined.map((one) => ({ ...one, checks: one.checks.map(inEnglish) })) })
        : examined.map((one) => textOf(one, terminal, language)).join('\n'),
    );
    return ok ? EXIT_DONE : EXIT_FAILED;
  } finally {
    await maintenance.close();
  }
};

async function maintenanceFor(config: Config): Promise<OpenMaintenance> {
  try {
    return await openMaintenanceOf(config);
  } catch (error) {
    if (codeOf(error) !== 'cli_data_missing') throw error;
    // Before the first start there are no data: everything else can be looked at all the same.
    return onStorage(createMemoryStorage({ clock: systemClock }), config);
  }
}

/** The document's texts are English, whatever people read. */
export function inEnglish({ ru: _ru, ...check }: Check): Check {
  return check;
}

function textOf({ binding, checks }: Examined, terminal: Terminal, language: Language): string {
  return [coloured(terminal, 'bold', binding), ...checksText(checks, terminal, language)].join('\n');
}

/** A line a check, and what to do under each that failed. */
export function checksText(checks: readonly Check[], terminal: Terminal, language: Language): string[] {
  return checks.map(({ name, ok, found, problem = '', advice = '', ru }) => {
    if (ok) return `  ok      ${name}${found === undefined ? '' : `: ${printableField(found)}`}`;
    const said = wordsFor(language, { problem, advice }, ru);
    const failed = coloured(terminal, 'red', MAINTENANCE_TEXTS.failed[language]);
    return `  ${failed}  ${name}: ${printableField(said.problem)}\n          → ${printableField(said.advice)}`;
  });
}
