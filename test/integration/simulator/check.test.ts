import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { botFolder } from '../../support/bot-folder.ts';
import { runCommand } from '../../support/command.ts';

const EXAMPLES = join(import.meta.dirname, '../../../scripts-examples');

function bot(commands: readonly object[]): object {
  return { id: 'demo', scripts: [{ code: 'start', commands }] };
}

describe('metabot-livetex check', () => {
  it('finds nothing in the example that npm start runs', async () => {
    const result = await runCommand(['check', join(EXAMPLES, '08-support-bot')]);
    expect(result.stdout).toMatch(
      /^no problems in \d+ scripts, libraries and conditions, checked with TypeScript \d/mu,
    );
    expect(result.code).toBe(0);
  });

  it('shows each mistake at its place, with the line', async () => {
    const description = bot([
      { type: 'run_javascript', file: 'плохо.js', condition: "return lead.getAtr('x') == null" },
      { type: 'send_text', text: 'x' },
    ]);
    const code = [
      "attr = { 'номер_заявки': 705, };",
      'lead.setLivetexAttr(attr);',
      "lead.setLiveTexAttr('заказ', { number: 705 });",
      'const wait = async () => { await livetex.hasOnlineOperators(); };',
      "bot.run({ script_code: 'strat' });",
      "if (attr) return require('Business.No.Library');",
    ].join('\n');
    const folder = await botFolder(description, { 'плохо.js': code });
    const result = await runCommand(['check', folder]);
    expect(result.code).toBe(1);
    const heads = result.stdout.split('\n').filter((line) => /^\S+:\d+:\d+ /u.test(line));
    expect(heads.map((line) => /^\S+/u.exec(line)?.[0])).toEqual([
      expect.stringMatching(/^bot\.json:\d+:\d+$/u) as string,
      'плохо.js:2:6',
      'плохо.js:3:30',
      'плохо.js:4:14',
      'плохо.js:4:28',
      'плохо.js:5:24',
      'плохо.js:6:26',
    ]);
    expect(result.stdout).toContain('lead has no "setLivetexAttr" (did you mean "setLiveTexAttr"?)');
    expect(result.stdout).toContain('> 2 | lead.setLivetexAttr(attr);');
    expect(result.stdout).toContain('there is no script "strat" in this bot (did you mean "start"?)');
    const json = JSON.parse((await runCommand(['check', folder, '--json'])).stdout) as {
      ok: boolean;
      problems: unknown[];
    };
    expect(json).toMatchObject({ ok: false });
    expect(json.problems).toHaveLength(7);
  });

  it('tells what is doubtful as a hint, with exit code 0', async () => {
    const folder = await botFolder(bot([{ type: 'send_text', text: '{{ $город }}' }]), { 'old.js': '' });
    const result = await runCommand(['check', folder]);
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/^hint: bot\.json:\d+:\d+ .*"город".*\(macro-never-set\)$/mu);
    expect(result.stdout).toMatch(/^hint: old\.js:1:1 /mu);
    expect(result.stdout).toContain('; 2 hint(s)');
    const json = JSON.parse((await runCommand(['check', folder, '--json'])).stdout) as unknown;
    expect(json).toMatchObject({
      ok: true,
      problems: [],
      hints: [{ rule: 'macro-never-set' }, { rule: 'file-unused' }],
    });
  });

  it('reports a bot folder that does not load as loading does', async () => {
    const commands = ['нет.js', 'сломан.js', 'a.js'].map((file) => ({ type: 'run_javascript', file }));
    const folder = await botFolder(bot(commands), { 'сломан.js': 'var x = ;', 'a.js': 'lead.getAtr(1);' });
    const result = await runCommand(['check', folder]);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('нет.js');
    expect(result.stderr).toContain('сломан.js:1:9: SyntaxError');
    // The rest is checked all the same.
    expect(result.stdout).toMatch(/^a\.js:1:6 {2}lead has no "getAtr"/u);
    const json = await runCommand(['check', folder, '--json']);
    expect(json.code).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      error: { code: 'bot_invalid' },
      problems: [expect.stringContaining('нет.js'), expect.stringContaining('сломан.js')],
      rest: { problems: [{ file: 'a.js', rule: 'TS2551' }], hints: [] },
    });
    expect((await runCommand(['check'])).code).toBe(2);
  });
});
