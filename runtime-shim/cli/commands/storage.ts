import { existsSync } from 'node:fs';
import { textOf } from '../../../plugin/contract/coded-error.ts';
import { joined, same, type Text } from '../../../plugin/contract/text.ts';
import { CLI_TEXTS } from '../cli-texts.ts';
import { MAINTENANCE_TEXTS } from '../maintenance/maintenance-texts.ts';
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
const NEEDED: Readonly<Record<string, Text>> = {
  copy: { en: 'the data folder to copy from', ru: 'папка данных, откуда копировать' },
  backup: { en: 'the file to write', ru: 'файл, куда писать' },
  restore: { en: 'the file of the backup', ru: 'файл копии' },
};

/** `storage migrate|copy|check|backup|restore`: on the storage of the configuration file. */
export const storage: CommandWork = async (context) => {
  const { positionals, values } = context.arguments;
  const [action, folder] = positionals;
  const needed = NEEDED[action ?? ''];
  if (needed !== undefined && folder === undefined) {
    throw cliError('cli_usage', { problems: [MAINTENANCE_TEXTS.missing(action ?? '', needed)] });
  }
  if (needed === undefined && folder !== undefined) {
    throw cliError('cli_usage', { problems: [CLI_TEXTS.unexpectedArgument(folder)] });
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
  const instead = action === 'backup' ? same('pg_dump') : MAINTENANCE_TEXTS.restoreWith;
  throw cliError('cli_usage', {
    problems: [MAINTENANCE_TEXTS.sqliteOnly(action, instead)],
  });
}

async function backUp({ terminal, json, language }: CommandContext, file: string, spec: string): Promise<ExitCode> {
  const folder = folderOf('backup', spec);
  if (existsSync(file)) throw cliError('cli_file_exists', { path: file });
  const { backUpFolder } = await import('../../../plugin/storage/sqlite/backup.ts');
  const { noteBackup } = await import('../../../plugin/storage/sqlite/backup-note.ts');
  const made = await backUpFolder(folder, file, systemClock.now());
  try {
    noteBackup(folder, made);
  } catch (error) {
    // The backup is good all the same: whoever may only read the data may make one.
    terminal.err(MAINTENANCE_TEXTS.notNoted(textOf(error))[language]);
  }
  const { bytes, at } = made;
  const time = new Date(at).toISOString();
  terminal.out(
    json ? printableJson({ ok: true, file, bytes, at }) : MAINTENANCE_TEXTS.backedUp(file, bytes, time)[language],
  );
  return EXIT_DONE;
}

async function restore(
  { terminal, json, language, arguments: { values } }: CommandContext,
  file: string,
  spec: string,
): Promise<ExitCode> {
  const folder = folderOf('restore', spec);
  if (!existsSync(file)) throw cliError('cli_file_missing', { what: MAINTENANCE_TEXTS.backup, path: file });
  const { restoreFolder } = await import('../../../plugin/storage/sqlite/backup.ts');
  const { bytes, at } = restoreFolder(file, folder);
  const time = new Date(at).toISOString();
  const config = `--config ${values['config'] ?? ''}`;
  terminal.out(
    json
      ? printableJson({ ok: true, folder, bytes, at })
      : [
          MAINTENANCE_TEXTS.putInto(folder, bytes, time)[language],
          `  metabot-livetex serve --hold ${config}`,
          `  metabot-livetex outbox list --waiting --before ${time} ${config}`,
          `  metabot-livetex outbox drop --before ${time} ${config}`,
          `  metabot-livetex outbox release ${config}`,
        ].join('\n'),
  );
  return EXIT_DONE;
}

async function migrate({ terminal, json, language }: CommandContext, spec: string): Promise<ExitCode> {
  const opened = await openStorage(spec, { clock: systemClock });
  await opened.close();
  terminal.out(
    json ? printableJson({ ok: true, driver: opened.driver }) : MAINTENANCE_TEXTS.upToDate(opened.driver)[language],
  );
  return EXIT_DONE;
}

async function copy(
  { terminal, json, language, stop }: CommandContext,
  folder: string,
  spec: string,
): Promise<ExitCode> {
  if (sqliteFolderOf(spec) !== undefined) {
    throw cliError('cli_usage', { problems: [MAINTENANCE_TEXTS.copyToPostgres] });
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
      terminal.err(MAINTENANCE_TEXTS.progress(table, copied, total)[language]);
    },
  });
  const { isComplete, wasDone, rows } = report;
  if (json) terminal.out(printableJson({ ok: isComplete, wasDone, rows }));
  else if (wasDone) terminal.out(MAINTENANCE_TEXTS.doneAlready(folder)[language]);
  else if (isComplete) terminal.out(completeText(folder, rows)[language]);
  else terminal.err(MAINTENANCE_TEXTS.stopped[language]);
  return isComplete ? EXIT_DONE : EXIT_FAILED;
}

function completeText(folder: string, rows: Readonly<Record<string, number>>): Text {
  const counts = Object.entries(rows).map(([table, count]) => `  ${table.replaceAll('_', ' ')}: ${count}`);
  return joined([MAINTENANCE_TEXTS.copied, ...counts.map(same), MAINTENANCE_TEXTS.moved(folder)], '\n');
}

async function check({ terminal, json, language }: CommandContext, spec: string): Promise<ExitCode> {
  const { checkStorage } = await import('../../../plugin/storage/transfer/check-storage.ts');
  const report = await checkStorage(spec);
  const ok = report.findings.length === 0;
  terminal.out(json ? printableJson({ ok, ...report }) : checkText(report)[language]);
  return ok ? EXIT_DONE : EXIT_FAILED;
}

function checkText({ findings, nodes }: CheckReport): Text {
  const atWork = nodes === null ? [] : [MAINTENANCE_TEXTS.nodes(nodes)];
  if (findings.length === 0) return joined([MAINTENANCE_TEXTS.nothingWrong, ...atWork], ' ');
  return joined([...findings.map(({ problem, count }) => same(`${count} × ${problem}`)), ...atWork], '\n');
}
