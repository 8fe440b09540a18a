/** `report`: the figures of transfers, for a manager and for a spreadsheet. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CSV_HEADER } from '../../../runtime-shim/cli/maintenance/transfers-csv.ts';
import { runCommandLine } from '../../../runtime-shim/cli/main.ts';
import { ROOT, temporaryFolder } from '../../support/command.ts';
import { startDesk } from '../../support/desk.ts';
import { englishWords } from '../../support/english-words.ts';
import { LEAD } from '../../support/minimal-host.ts';

async function say(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal = {
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
    colour: false,
    width: 100,
  };
  const code = await runCommandLine(argv, terminal);
  return { code, out: out.join('\n'), err: err.join('\n') };
}

test('tables, JSON and CSV of the transfers of a stopped server, in both languages', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'livetex.json');
  const storage = `sqlite:${join(folder, 'data')}`;
  const bot = join(ROOT, 'scripts-examples', '01-request-number');
  await writeFile(file, JSON.stringify({ bot, storage: 'sqlite:./data', livetex: [{ token: 'token-of-a-test' }] }));
  {
    await using desk = await startDesk({ storage });
    await desk.host.plugin.accept([
      { type: 'TransferRequested', id: 'a', lead: LEAD, at: Date.now(), reason: '=1+1, "оплата"' },
    ]);
    await desk.settle();
    desk.emulator.dialogs.reply(desk.userId, desk.anna, 'Здравствуйте');
    await desk.settle();
    desk.emulator.dialogs.close(desk.userId, desk.anna);
    await desk.settle();
  }

  const report = await say('report', '--config', file);
  expect(report).toMatchObject({ code: 0, err: '' });
  for (const words of ['answered by an operator', 'Анна Котова', 'By weekday', '1, answered 1', 'half ≤']) {
    expect(report.out).toContain(words);
  }
  const russian = await say('report', '--config', file, '--lang', 'ru');
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  expect(englishWords(russian.out, ['Messaging', ...timeZone.split(/\W/)])).toEqual([]);
  expect(russian.out).toContain('оператор ответил');

  const json = await say('report', '--config', file, '--json');
  expect(JSON.parse(json.out)).toMatchObject({ transfers: 1, outcomes: { answered: 1 }, endedBy: { operator: 1 } });
  const csv = await say('report', '--config', file, '--csv');
  const lines = csv.out.split('\r\n');
  expect(lines[0]).toBe(CSV_HEADER);
  expect(lines[1]).toContain(`,"'=1+1, ""оплата""",`);
  expect(csv.out.endsWith('\r')).toBe(true);

  const old = await say('report', '--config', file, '--from', '2020-01-01', '--to', '2020-01-31');
  expect(old.out.split('\n')).toHaveLength(2);
  for (const wrong of [
    ['--from', '2027-02-30'],
    ['--to', 'вчера'],
    ['--from', '2027-01-02', '--to', '2027-01-01'],
  ]) {
    const { code, err } = await say('report', '--config', file, ...wrong);
    expect({ code, named: /--(from|to)/.test(err) }).toEqual({ code: 2, named: true });
  }
});
