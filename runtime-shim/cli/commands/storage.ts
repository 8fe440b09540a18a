import { resolve } from 'node:path';
import { openStorage, systemClock } from '../../../plugin/storage/index.ts';
import type { CheckReport } from '../../../plugin/storage/transfer/check-storage.ts';
import { type CommandContext, type CommandWork, EXIT_DONE, EXIT_FAILED, type ExitCode } from '../command.ts';
import { loadConfigForMaintenance } from '../config/load-config.ts';
import { sqliteFolderOf } from '../config/config-schema.ts';
import { cliError } from '../errors.ts';
import { printableJson } from '../terminal.ts';

/** Progress is told so often at most, ms: for people who watch it. */
const TELL_EVERY_MS = 1_000;

/** `storage migrate|copy|check`: on the storage of the configuration file. */
export const storage: CommandWork = async (context) => {
  const { positionals, values } = context.arguments;
  const [action, folder] = positionals;
  if (action === 'copy' && folder === undefined) {
    throw cliError('cli_usage', { problems: ['copy: the data folder to copy from is missing'] });
  }
  if (action !== 'copy' && folder !== undefined) {
    throw cliError('cli_usage', { problems: [`unexpected argument "${folder}"`] });
  }
  const config = await loadConfigForMaintenance(values['config'] ?? '', context.cwd, context.env);
  if (action === 'migrate') return migrate(context, config.storage);
  if (action === 'check') return check(context, config.storage);
  return copy(context, resolve(context.cwd, folder ?? ''), config.storage);
};

async function migrate({ terminal, json }: CommandContext, spec: string): Promise<ExitCode> {
  const opened = await openStorage(spec, { clock: systemClock });
  await opened.close();
  terminal.out(json ? printableJson({ ok: true, driver: opened.driver }) : `Storage (${opened.driver}) is up to date.`);
  return EXIT_DONE;
}

async function copy({ terminal, json, stop }: CommandContext, folder: string, spec: string): Promise<ExitCode> {
  if (sqliteFolderOf(spec) !== undefined) {
    throw cliError('cli_usage', { problems: ['copy: "storage" in the configuration must be a postgres:// URL'] });
  }
  const { copyToPostgres } = await import('../../../plugin/storage/transfer/copy-to-postgres.ts');
  let toldAt = -Infinity;
  let toldTable = '';
  const report = await copyToPostgres(folder, spec, {
    stop,
    onProgress: ({ table, copied, total }) => {
      const now = performance.now();
      if (table === toldTable && copied < total && now - toldAt < TELL_EVERY_MS) return;
      [toldAt, toldTable] = [now, table];
      terminal.err(`${table}: ${copied} of ${total}`);
    },
  });
  const { isComplete, rows } = report;
  if (json) terminal.out(printableJson({ ok: isComplete, rows }));
  else if (isComplete) terminal.out(completeText(folder, rows));
  else terminal.err('Stopped. Run the same command again to go on.');
  return isComplete ? EXIT_DONE : EXIT_FAILED;
}

function completeText(folder: string, rows: Readonly<Record<string, number>>): string {
  const counts = Object.entries(rows).map(([table, count]) => `  ${table.replaceAll('_', ' ')}: ${count}`);
  return ['Copied:', ...counts, `The folder ${folder} is marked as moved; start the server on the database.`].join(
    '\n',
  );
}

async function check({ terminal, json }: CommandContext, spec: string): Promise<ExitCode> {
  const { checkStorage } = await import('../../../plugin/storage/transfer/check-storage.ts');
  const report = await checkStorage(spec);
  const ok = report.findings.length === 0;
  terminal.out(json ? printableJson({ ok, ...report }) : checkText(report));
  return ok ? EXIT_DONE : EXIT_FAILED;
}

function checkText({ findings, nodes }: CheckReport): string {
  const atWork = nodes === null ? [] : [nodes === 1 ? '1 node is at work.' : `${nodes} nodes are at work.`];
  if (findings.length === 0) return ['Nothing is wrong.', ...atWork].join(' ');
  return [...findings.map(({ problem, count }) => `${count} × ${problem}`), ...atWork].join('\n');
}
