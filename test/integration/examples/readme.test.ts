/** What the READMEs tell people to type, typed; what they say comes of it, compared. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { authorTypings, findTypeScript, typeCheck } from '../../../runtime-shim/bot/check/type-check.ts';
import { loadBot } from '../../../runtime-shim/bot/load/load-bot.ts';
import { loadConfigForSimulation } from '../../../runtime-shim/cli/config/load-config.ts';
import { readLeadFile } from '../../../runtime-shim/cli/run/lead-file.ts';
import { runScriptOnce, sandboxForOne } from '../../../runtime-shim/cli/run/run-script-once.ts';
import { ROOT, runCommand, temporaryFolder } from '../../support/command.ts';
import { EXAMPLES } from './example-dialog.ts';

const folders = (await readdir(EXAMPLES, { withFileTypes: true }))
  // The folder `host` is another platform's program, not a bot.
  .filter((entry) => entry.isDirectory() && entry.name !== 'host')
  .map(({ name }) => name);

/** Times differ from run to run. */
function timeless(text: string): string {
  return text.replaceAll(/[\d.]+ (ms|мс)/g, '… $1').trimEnd();
}

/** The fenced blocks of a page by their language. */
function blocks(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map((match) => match[1] ?? '');
}

test('the numbers run from 1 without a gap, and the overview has every folder', async () => {
  expect(folders.map((name) => Number(name.slice(0, 2)))).toEqual(folders.map((_, index) => index + 1));
  const overview = await readFile(join(EXAMPLES, 'README.md'), 'utf8');
  for (const name of folders) expect(overview).toContain(`[${name}](${name})`);
});

describe.each(folders)('%s', (name) => {
  test('is a bot folder without problems, with a README of the three parts', async () => {
    await loadBot(join(EXAMPLES, name));
    const readme = await readFile(join(EXAMPLES, name, 'README.md'), 'utf8');
    const parts = [...readme.matchAll(/^## (.*)$/gm)].map((match) => match[1]);
    expect(parts).toEqual(['Что показывает', 'Как запустить', 'Что вы увидите']);
  });

  test('does what its README says', async () => {
    const readme = await readFile(join(EXAMPLES, name, 'README.md'), 'utf8');
    const [command = ''] = blocks(readme, 'sh');
    const [program, ...argv] = command.trim().split(' ').slice(1);
    // Authors read Russian: each command asks for it, also those between the lines.
    expect(command.trim()).toMatch(/ --lang ru$/u);
    expect(readme.match(/`npx metabot-livetex (?!.* --lang ru`).*?`/gu)).toBeNull();
    // What runs until it is stopped is played in dialogs.test.ts and simulate.test.ts.
    if (program !== 'metabot-livetex' || (argv[0] !== 'run' && argv[0] !== 'replay')) return;
    const { stdout, stderr } = await runCommand(argv);
    expect(timeless(stdout)).toBe(timeless(blocks(readme, 'text')[0] ?? 'no output in the README'));
    expect(stderr).toBe('');
  });
});

test('the script of the platform’s documentation is there word for word', async () => {
  const script = await readFile(join(EXAMPLES, '01-request-number', 'номер_заявки.js'), 'utf8');
  expect(script.replaceAll(/\s+/g, ' ').trim()).toBe(
    "attr = { 'номер_заявки': 705, 'имя_заявки': 'Test', }; lead.setLiveTexAttr(attr);",
  );
});

test('the three lines of README.md do what it says', async () => {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const [script = ''] = blocks(readme, 'js');
  const [, ...output] = (blocks(readme, 'text')[0] ?? '').split('\n');
  expect(script.trim().split('\n')).toHaveLength(3);
  const folder = await temporaryFolder({ 'transfer.js': script });
  const { code, stdout } = await runCommand(['run', 'transfer.js'], { cwd: folder });
  expect(code).toBe(0);
  expect(timeless(stdout)).toBe(timeless(output.join('\n')));
});

test('check finds nothing in the scripts of README.ru.md', async () => {
  const readme = await readFile(join(ROOT, 'README.ru.md'), 'utf8');
  const typescript = await findTypeScript(ROOT);
  if (typescript === undefined) throw new Error('the checkout has TypeScript');
  const scripts = blocks(readme, 'js').map((code, index) => ({ file: `${index + 1}.js`, code }));
  expect(await typeCheck(typescript, scripts, authorTypings())).toEqual([]);
});

test('every script of README.ru.md runs', async () => {
  const readme = await readFile(join(ROOT, 'README.ru.md'), 'utf8');
  const livetex = { sys_livetex_attrs: { номер_заявки: 1 } };
  const lead = { ...(await readLeadFile(undefined)), attributes: { phone: '+79261234567' }, systemAttributes: livetex };
  const path = join(await temporaryFolder(), 'script.js');
  const sandbox = sandboxForOne();
  onTestFinished(() => sandbox.close());
  for (const code of blocks(readme, 'js')) {
    const { report } = await runScriptOnce({ path, code, operators: 'online', lead, sandbox });
    expect({ code, error: report.error }).toEqual({ code, error: null });
  }
});

test('the whole bot of README.ru.md passes check and does what it is said to do', async () => {
  const readme = await readFile(join(ROOT, 'README.ru.md'), 'utf8');
  const description = blocks(readme, 'json').find((block) => block.includes('"id": "my-bot"')) ?? '';
  const [script = ''] = blocks(readme, 'js');
  const hours = blocks(readme, 'json').find((block) => block.includes('"schedule"')) ?? '';
  const folder = await temporaryFolder({ 'bot.json': description, 'заявка.js': script });
  const beside = await temporaryFolder({ 'hours.json': hours.replace('"my-bot"', JSON.stringify(folder)) });
  const config = await loadConfigForSimulation('hours.json', beside, {});
  expect(config.livetex[0]?.schedule?.hours).toEqual({ 'mon-fri': '09:00-18:00' });
  const checked = await runCommand(['check', folder, '--lang', 'ru']);
  expect(checked.stdout).toMatch(/^ошибок нет; [^;]*$/);
  const { scripts } = await loadBot(folder);
  expect([...scripts.keys()]).toEqual(['start', 'hours', 'operator', 'back', 'unknown']);
});
