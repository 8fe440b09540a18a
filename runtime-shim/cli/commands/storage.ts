import { existsSync } from 'node:fs';
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

/** What the second word of an action is, for those that have one. */
const NEEDED: Readonly<Record<string, string>> = {
  copy: 'the data folder to copy from',
  backup: 'the file to write',
  restore: 'the file of the backup',
};

/** `storage migrate|copy|check|backup|restore`: on the storage of the configuration file. */
export const storage: CommandWork = async (context) => {
  const { positionals, values } = context.arguments;
  const [action, folder] = positionals;
  const needed = NEEDED[action ?? ''];
  if (needed !== undefined && folder === undefined) {
    throw cliError('cli_usage', { problems: [`${action}: ${needed} is missing`] });
  }
  if (needed === undefined && folder !== undefined) {
    throw cliError('cli_usage', { problems: [`unexpected argument "${folder}"`] });
  }
  const config = await loadConfigForMaintenance(values['config'] ?? '', context.cwd, context.env);
  if (action === 'migrate') return migrate(context, config.storage);
  if (action === 'check') return check(context, config.storage);
  const path = resolve(context.cwd, folder ?? '');
  if (action === 'backup') return backUp(context, path, config.storage);
  if (action === 'restore') return restore(context, path, config.storage);
  return copy(context, path, config.storage);
};

/** @throws cli_usage */
function folderOf(action: 'backup' | 'restore', spec: string): string {
  const folder = sqliteFolderOf(spec);
  if (folder !== undefined) return folder;
  const instead = action === 'backup' ? 'pg_dump' : 'pg_restore or psql';
  throw cliError('cli_usage', {
    problems: [`${action}: is for data folders of SQLite; on PostgreSQL take ${instead}`],
  });
}

async function backUp({ terminal, json }: CommandContext, file: string, spec: string): Promise<ExitCode> {
  const folder = folderOf('backup', spec);
  if (existsSync(file)) throw cliError('cli_file_exists', { path: file });
  const { backUpFolder } = await import('../../../plugin/storage/sqlite/backup.ts');
  const { bytes, at } = await backUpFolder(folder, file, systemClock.now());
  const time = new Date(at).toISOString();
  terminal.out(
    json ? printableJson({ ok: true, file, bytes, at }) : `Backed up to ${file}: ${bytes} bytes, as of ${time}.`,
  );
  return EXIT_DONE;
}

async function restore(
  { terminal, json, arguments: { values } }: CommandContext,
  file: string,
  spec: string,
): Promise<ExitCode> {
  const folder = folderOf('restore', spec);
  if (!existsSync(file)) throw cliError('cli_file_missing', { what: 'the backup', path: file });
  const { restoreFolder } = await import('../../../plugin/storage/sqlite/backup.ts');
  const { bytes, at } = restoreFolder(file, folder);
  const time = new Date(at).toISOString();
  const config = `--config ${values['config'] ?? ''}`;
  terminal.out(
    json
      ? printableJson({ ok: true, folder, bytes, at })
      : [
          `Put into ${folder}: ${bytes} bytes, as of ${time}. What waits in it may have been sent since. Next:`,
          `  metabot-livetex serve --hold ${config}`,
          `  metabot-livetex outbox list --waiting --before ${time} ${config}`,
          `  metabot-livetex outbox drop --before ${time} ${config}`,
          `  metabot-livetex outbox release ${config}`,
        ].join('\n'),
  );
  return EXIT_DONE;
}

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
  const { isComplete, wasDone, rows } = report;
  if (json) terminal.out(printableJson({ ok: isComplete, wasDone, rows }));
  else if (wasDone)
    terminal.out(`Done already: ${folder} was copied by an earlier run. Start the server on the database.`);
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
