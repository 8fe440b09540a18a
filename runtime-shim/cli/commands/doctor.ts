import type { Check } from '../../../plugin/contract/plugin.ts';
import { codeOf } from '../../../plugin/contract/coded-error.ts';
import { openStorage, systemClock } from '../../../plugin/storage/index.ts';
import { type CommandWork, EXIT_DONE, EXIT_FAILED } from '../command.ts';
import { chosenBindings } from './webhook.ts';
import { loadConfig } from '../config/load-config.ts';
import { type Maintenance, maintenanceOf } from '../maintenance/maintenance.ts';
import { openMaintenance } from '../maintenance/open-maintenance.ts';
import { coloured, printableField, printableJson, type Terminal } from '../terminal.ts';

interface Examined {
  readonly binding: string;
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

/** `doctor`: every check of the bindings, by the running server where there is one. */
export const doctor: CommandWork = async ({ terminal, arguments: { values }, json, cwd, env }) => {
  const file = values['config'] ?? '';
  const config = await loadConfig(file, cwd, env);
  const bindings = chosenBindings(config.livetex, values['binding']);
  const { maintenance, close } = await maintenanceFor();
  try {
    const examined: Examined[] = [];
    for (const { id } of bindings) {
      const checks = await maintenance.check(id);
      examined.push({ binding: id, ok: checks.every(({ ok }) => ok), checks });
    }
    const ok = examined.every((one) => one.ok);
    terminal.out(
      json ? printableJson({ ok, bindings: examined }) : examined.map((one) => textOf(one, terminal)).join('\n'),
    );
    return ok ? EXIT_DONE : EXIT_FAILED;
  } finally {
    await close();
  }

  async function maintenanceFor(): Promise<{ maintenance: Pick<Maintenance, 'check'>; close: () => Promise<void> }> {
    try {
      const maintenance = await openMaintenance(file, cwd, env);
      return { maintenance, close: () => maintenance.close() };
    } catch (error) {
      if (codeOf(error) !== 'cli_data_missing') throw error;
      // Before the first start there are no data: everything else can be looked at all the same.
      const storage = await openStorage('memory:', { clock: systemClock });
      return { maintenance: maintenanceOf(storage, config), close: () => storage.close() };
    }
  }
};

function textOf({ binding, checks }: Examined, terminal: Terminal): string {
  const lines = checks.map(({ name, ok, problem = '', advice = '' }) =>
    ok
      ? `  ok      ${name}`
      : `  ${coloured(terminal, 'red', 'FAILED')}  ${name}: ${printableField(problem)}\n          → ${printableField(advice)}`,
  );
  return [coloured(terminal, 'bold', binding), ...lines].join('\n');
}
