import { cp, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { playRecording, readRecording } from '../../../runtime-shim/cli/commands/replay.ts';
import { createReplayClock } from '../../../runtime-shim/simulator/recording/replay-clock.ts';
import { loadConfigForSimulation } from '../../../runtime-shim/cli/config/load-config.ts';
import { differenceText } from '../../../runtime-shim/simulator/recording/compare-outcomes.ts';
import { recordingSchema } from '../../../runtime-shim/simulator/recording/recording-schema.ts';
import { botFolder } from '../../support/bot-folder.ts';
import { runCommand } from '../../support/command.ts';

const EXAMPLES = join(import.meta.dirname, '../../../scripts-examples');
const SUPPORT_BOT = join(EXAMPLES, '08-support-bot');

/** A document has its lines in English only. */
const resultSchema = z.object({
  differences: z.array(
    z.object({ what: z.string(), lines: z.array(z.object({ mark: z.string(), text: z.string() })) }),
  ),
  played: recordingSchema,
});

/** A copy of the support bot, in which a test may change something. */
async function supportBot(change: (description: string) => string): Promise<string> {
  const folder = await botFolder(undefined);
  await cp(SUPPORT_BOT, folder, { recursive: true });
  const path = join(folder, 'bot.json');
  await writeFile(path, change(await readFile(path, 'utf8')));
  return folder;
}

describe('a recorded dialog', () => {
  it('goes in every example as it was recorded', { timeout: 300_000 }, async () => {
    const examples = (await readdir(EXAMPLES)).filter((name) => /^\d\d-/u.test(name)).sort();
    expect(examples.length).toBeGreaterThan(7);
    for (const name of examples) {
      const folder = join(EXAMPLES, name);
      const { differences } = await playRecording(folder, await readRecording(join(folder, 'scenario.json')));
      expect({ name, differences: differences.map((difference) => differenceText(difference, 'en')) }).toEqual({
        name,
        differences: [],
      });
    }
  });

  it('shows what a changed bot does otherwise, step by step', async () => {
    const folder = await supportBot((text) => text.replace('с 9:00 до 18:00', 'с 10:00 до 19:00'));
    const result = await runCommand(['replay', join(folder, 'scenario.json')]);
    expect(result.code).toBe(1);
    expect(result.stdout).toContain('step 2, the lead says "1": what the lead sees');
    expect(result.stdout).toContain('- bot: Операторы отвечают с 9:00 до 18:00, бот всегда.');
    expect(result.stdout).toContain('+ bot: Операторы отвечают с 10:00 до 19:00, бот всегда.');
    expect(result.stdout).toContain('14 steps, 1 difference(s)');
    const before = (await readFile(join(folder, 'scenario.json'), 'utf8')).split('\n');
    expect((await runCommand(['replay', join(folder, 'scenario.json'), '--update'])).code).toBe(0);
    const after = (await readFile(join(folder, 'scenario.json'), 'utf8')).split('\n');
    expect(after.filter((line, index) => line !== before[index])).toHaveLength(1);
    expect((await runCommand(['replay', join(folder, 'scenario.json')])).code).toBe(0);
  });

  it('shows a script’s error with message, file and line, also in --json', async () => {
    const folder = await supportBot((text) => text);
    const path = join(folder, 'scenario.json');
    const broken = "bot.sendMessage('x');\nundefinedName.go();\n";
    await writeFile(join(folder, 'номер_заявки.js'), broken);
    const result = await runCommand(['replay', path, '--json']);
    const { differences, played } = resultSchema.parse(JSON.parse(result.stdout));
    const failed = differences.find(({ what }) => what === 'errors');
    const lines = failed?.lines.map(({ mark, text }) => `${mark} ${text}`);
    expect(lines).toEqual([
      '+ operator, номер_заявки.js:2: ReferenceError: undefinedName is not defined (script_error)',
    ]);
    // Recorded with the mistake it goes the same again; a line above it changes nothing, another mistake does.
    await writeFile(join(folder, 'номер_заявки.js'), `// одна строка\n${broken}`);
    const again = (await playRecording(folder, played)).differences;
    expect(again.filter(({ what }) => what !== 'deed')).toEqual([]);
    await writeFile(join(folder, 'номер_заявки.js'), broken.replace('undefinedName', 'otherName'));
    expect((await playRecording(folder, played)).differences.map(({ what }) => what)).toContain('errors');
  });

  it('plays with the settings that it was recorded with', async () => {
    const folder = await supportBot((text) => text);
    const notices = { transferred: 'Зову человека' };
    await writeFile(join(folder, 'own.json'), JSON.stringify({ bot: '.', livetex: [{ token: 't', notices }] }));
    const scenario = await readFile(join(folder, 'scenario.json'), 'utf8');
    await writeFile(
      join(folder, 'own-scenario.json'),
      scenario
        .replaceAll('Диалог переведён на оператора', notices.transferred)
        .replace('"lead":', '"withSettings": true,\n  "lead":'),
    );
    const own = ['replay', join(folder, 'own-scenario.json')];
    expect((await runCommand([...own, '--config', join(folder, 'own.json')])).code).toBe(0);
    const without = await runCommand(own);
    expect(without.stdout).toContain('- notice: Зову человека');
    expect(without.stderr).toContain('recorded with settings: give the same ones with --config');
  });

  it(
    'is played at its moment and in its time zone: dates of scripts, working hours and what falls due between the steps',
    { timeout: 180_000 },
    async () => {
      const folder = await botFolder(
        JSON.stringify({
          id: 'clock',
          scripts: [
            {
              code: 'start',
              commands: [
                { type: 'run_javascript', file: 'который_час.js' },
                { type: 'value_input', text: 'Ещё?', attribute: 'a', timeoutSec: 60, onTimeout: 'late' },
              ],
            },
            { code: 'late', commands: [{ type: 'run_javascript', file: 'который_час.js' }] },
            { code: 'f', type: 'fallback', commands: [{ type: 'run_javascript', file: 'который_час.js' }] },
          ],
        }),
        {
          'который_час.js': `class Own extends Date {}
          var format = new Intl.DateTimeFormat('ru', { timeStyle: 'short' });
          var all = [new Date(), new Date(Date.now()), new Own(), Date(), require('moment')().toDate()].map(function (one) {
            return new Date(one).toTimeString().slice(0, 5);
          }).concat(format.format(), format.formatToParts().map(function (part) { return part.value; }).join(''));
          if (!(new Own() instanceof Date) || new Date().constructor !== Date || new Date(5).getTime() !== 5) throw 1;
          bot.sendMessage(Array.from(new Set(all)).join(' или ') + (livetex.isWorkingTime() ? ', открыто' : ', закрыто'));`,
          'own.json': JSON.stringify({
            bot: '.',
            livetex: [{ token: 't', schedule: { hours: { 'mon-fri': '09:00-18:00' } } }],
          }),
        },
      );
      const say = (after: number, ...sees: string[]) => ({
        after,
        deed: { does: 'say', text: 'а' },
        outcome: { sees: sees.map((text) => ({ from: 'bot', text })) },
      });
      const recording = recordingSchema.parse({
        format: 'metabot-livetex/scenario-1',
        at: '2026-01-15T14:59:30+03:00',
        timeZone: 'Asia/Yekaterinburg',
        lead: { channel: 'telegram', name: 'Анна', externalId: 'anna' },
        operators: [],
        steps: [
          say(0, '16:59, открыто', 'Ещё?', '17:00, открыто'),
          say(120, '17:01, открыто'),
          say(3_600.25, '17:59, открыто'),
          say(3_630, '18:00, закрыто'),
        ],
      });
      const config = await loadConfigForSimulation('own.json', folder, {});
      const { differences, played } = await playRecording(folder, recording, config);
      const shown = differences.filter(({ what }) => what === 'sees').map((one) => differenceText(one, 'ru'));
      expect(shown).toEqual([]);
      expect(played.lead).toEqual(recording.lead);
      expect(played.at).toBe('2026-01-15T11:59:30.000Z');
      expect(played.steps.map(({ after }) => after)).toEqual([0, 120, 3_600.25, 3_630]);
      for (const wrong of [{ at: '15.01.2026' }, { timeZone: 'Moscow' }]) {
        expect(recordingSchema.safeParse({ ...recording, ...wrong }).success).toBe(false);
      }
    },
  );

  it('has whole milliseconds at every moment, as storage wants them, whatever is waited for', async () => {
    const clock = createReplayClock(1_000);
    const seen: number[] = [];
    for (const ms of [0.4, 2_500.7]) clock.after(ms, () => seen.push(clock.now()));
    await clock.moveTo(1_000 + 4.0351 * 1_000, async () => undefined);
    expect([...seen, clock.now()]).toEqual([1_001, 3_501, 5_035]);
  });

  it('stops where a deed is no longer possible, and says why', async () => {
    const folder = await supportBot((text) => text.replace('{ "type": "forward_to_operator" }', '{ "type": "stop" }'));
    const scenario = await readRecording(join(folder, 'scenario.json'));
    const { differences } = await playRecording(folder, scenario);
    expect(differences.map(({ step, what }) => `${step} ${what}`)).toContain('4 deed');
    expect(differences.map((difference) => differenceText(difference, 'en')).join('\n')).toContain('emulator_refused');
    expect(differences.map((difference) => differenceText(difference, 'ru')).join('\n')).toContain(
      'его никуда не перевели',
    );
  });

  it('may hold a pattern where a text is another one each time', async () => {
    const scenario = await readRecording(join(SUPPORT_BOT, 'scenario.json'));
    const [first] = scenario.steps;
    const [hello, ...rest] = first?.outcome.sees ?? [];
    if (first === undefined || hello === undefined) throw new Error('the scenario begins with a greeting');
    const withPattern = (matches: string) => ({
      ...scenario,
      steps: [{ ...first, outcome: { ...first.outcome, sees: [{ from: hello.from, matches }, ...rest] } }],
    });
    expect((await playRecording(SUPPORT_BOT, withPattern('^Здравствуйте! Я бот \\p{L}+'))).differences).toEqual([]);
    expect((await playRecording(SUPPORT_BOT, withPattern('^До свидания'))).differences).toHaveLength(1);
  });

  it('says everything that is wrong with its file', async () => {
    const folder = await botFolder(undefined, {
      'scenario.json': JSON.stringify({
        format: 'x',
        lead: { channel: 'telegram' },
        operators: [],
        steps: [{}],
        extra: 1,
      }),
    });
    const result = await runCommand(['replay', join(folder, 'scenario.json'), '--bot', SUPPORT_BOT]);
    expect(result.code).toBe(2);
    for (const part of ['format', 'lead.name', 'steps[0].deed', 'steps[0].outcome', 'extra: unknown key']) {
      expect(result.stderr).toContain(part);
    }
  });
});
