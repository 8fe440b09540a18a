/** `bot.scheduleJob`, `scheduleScript` and `removeScheduledJobs` in real isolates, on a clock that the test moves. */
import { expect, test } from 'vitest';
import { botFolder, writeBotFiles } from '../../support/bot-folder.ts';
import { type StartedRuntime, startRuntime } from '../../support/start-runtime.ts';
import { temporaryStorageFolder } from '../../support/storage-folder.ts';
import { createTestClock, type TestClock } from '../../support/test-clock.ts';
import { tinyPlugin } from './tiny-plugin.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** Each script is a route of its name. The clock begins on 1 March 2026 at 09:00 UTC, 12:00 in Moscow. */
async function folderOf(
  scripts: Readonly<Record<string, string>>,
  start: readonly unknown[] = [],
  timeZone = 'Europe/Moscow',
): Promise<string> {
  const codes = Object.keys(scripts);
  return botFolder(
    {
      id: 'test',
      timeZone,
      scripts: [
        { code: 'start', commands: start },
        ...codes.map((code) => ({ code, commands: [{ type: 'run_javascript', file: `${code}.js` }] })),
      ],
      routes: codes.map((code) => ({ regex: `^${code}$`, script: code })),
    },
    Object.fromEntries(codes.map((code) => [`${code}.js`, scripts[code] ?? ''])),
  );
}

async function later(runtime: StartedRuntime, clock: TestClock, ms: number): Promise<void> {
  await clock.advance(ms);
  await runtime.idle();
}

/** What is seen in the end: a worker may take a moment to see that the clock was moved, so it is moved on a little. */
async function seen<Value>(runtime: StartedRuntime, clock: TestClock, look: () => Promise<Value>, wanted: Value) {
  for (let tries = 0; tries < MORE_TRIES; tries += 1) {
    if (JSON.stringify(await look()) === JSON.stringify(wanted)) break;
    await later(runtime, clock, SECOND / 10);
  }
  expect(await look()).toEqual(wanted);
}

const MORE_TRIES = 200;

/** What the bot said since. */
async function said(runtime: StartedRuntime, lead = '1'): Promise<string[]> {
  return (await runtime.chat(lead)).filter((line) => line.startsWith('bot: ')).map((line) => line.slice(5));
}

function logged({ activities }: StartedRuntime): string[] {
  return activities.flatMap((one) => {
    if (one.kind === 'author_log') return [one.text];
    return one.kind === 'script' && one.error !== undefined ? [`${one.error.code}: ${one.error.message}`] : [];
  });
}

test('a run comes at its time, once, with its tags and parameters, and leaves an open question open', async () => {
  const clock = createTestClock();
  const remind = `bot.sendMessage('Напоминание ' + request.json.order + ', ' + lead.isTagExist('ждёт') + lead.isTagExist('старый'))`;
  const folder = await folderOf({ remind }, [
    { type: 'add_lead_tags', tags: ['старый'] },
    { type: 'run_javascript', file: 'ask.js' },
    { type: 'value_input', text: 'Имя?', attribute: 'имя' },
    { type: 'send_text', text: 'Рад, {{ $имя }}' },
  ]);
  await writeBotFiles(folder, undefined, {
    'ask.js': `
      bot.scheduleJob({ script_code: 'remind', run_at: '2026-03-01 13:00:00', run_after_sec: 5, add_tags: 'ждёт', remove_tags: ['старый'], script_request_params: { order: 705 } });
      bot.scheduleScript(bot.getScriptIdByCode('remind'), leadId, null, { run_after_sec: 7200, script_request_params: { order: 2 } });
      if (bot.getScriptIdByCode('нет') !== null) throw new Error('нет такого');`,
  });
  const runtime = await startRuntime(folder, { clock });
  await runtime.say('привет');
  await later(runtime, clock, HOUR - SECOND);
  expect(await said(runtime)).toEqual(['Имя?']);
  await later(runtime, clock, SECOND);
  await seen(runtime, clock, () => said(runtime), ['Имя?', 'Напоминание 705, truefalse']);
  await runtime.say('Анна');
  await later(runtime, clock, HOUR);
  const after = async () => (await said(runtime)).slice(2);
  await seen(runtime, clock, after, ['Рад, Анна', 'Напоминание 2, truefalse']);
});

const TICK = {
  every: `bot.scheduleJob({ script_code: 'tick', run_after_sec: 60, is_periodic: true, repeat_interval_sec: 3600 });`,
  once: `bot.scheduleJob({ script_code: 'tick', run_after_sec: 60 });`,
  tick: `lead.setAttr('n', Number(lead.getAttr('n') || 0) + 1); bot.sendMessage('тик ' + lead.getAttr('n'));`,
  stop: `bot.removeScheduledJobs({ script_code: 'other' }); bot.removeScheduledJobs({ script_code: 'tick' });`,
};

test('a periodic run keeps its step over a restart, catches up with one run, and ends when it is removed', async () => {
  const clock = createTestClock();
  const storage = `sqlite:${temporaryStorageFolder()}`;
  const folder = await folderOf(TICK);
  const first = await startRuntime(folder, { clock, storage });
  await first.say('привет');
  await first.say('every');
  await later(first, clock, 60 * SECOND);
  await seen(first, clock, () => said(first), ['тик 1']);
  await later(first, clock, HOUR);
  await seen(first, clock, () => said(first), ['тик 1', 'тик 2']);
  await first.close();
  await clock.advance(100 * HOUR);
  const second = await startRuntime(folder, { clock, storage });
  const since = async () => (await said(second)).slice(2);
  await seen(second, clock, since, ['тик 3']);
  await later(second, clock, HOUR);
  await seen(second, clock, since, ['тик 3', 'тик 4']);
  await second.say('stop');
  await later(second, clock, 10 * HOUR);
  expect(await said(second)).toHaveLength(4);
  expect((await second.leadData('telegram', '1'))?.record).toMatchObject({ scheduled: [] });
  // What a forgotten lead had scheduled goes with it.
  await second.say('once');
  expect(await second.forgetLead('telegram', '1')).toMatchObject({ underWay: false });
  await later(second, clock, HOUR);
  expect(await second.lead('telegram', '1')).toBe(undefined);
});

test('nothing is said into a dialog that an operator has: skipped and logged, a periodic one goes on', async () => {
  const clock = createTestClock();
  const tiny = tinyPlugin();
  const runtime = await startRuntime(await folderOf(TICK), { clock, plugins: [tiny.factory] });
  await runtime.say('привет');
  await runtime.say('every');
  await runtime.say('once');
  tiny.mode = 'operator';
  await later(runtime, clock, 60 * SECOND);
  await seen(runtime, clock, () => Promise.resolve(logged(runtime)), [
    'скрипт tick по расписанию пропущен: диалог у оператора; в следующий раз — по расписанию',
    'скрипт tick по расписанию пропущен: диалог у оператора',
  ]);
  expect(await said(runtime)).toEqual([]);
  tiny.mode = 'bot';
  await later(runtime, clock, HOUR);
  await seen(runtime, clock, () => said(runtime), ['тик 1']);
});

test('a condition is looked at when it is due; for another lead it is scheduled in its own lane', async () => {
  const clock = createTestClock();
  const condition = `condition_script_code: "return lead.getAttr('n') === null"`;
  const scripts = {
    ...TICK,
    asked: `bot.scheduleJob({ script_code: 'tick', run_after_sec: 60, ${condition} }); bot.scheduleJob({ script_code: 'tick', run_after_sec: 61, ${condition} });
      bot.scheduleJob({ script_code: 'tick', run_after_sec: 62, condition_script_code: 'return oh' });`,
    other: `bot.scheduleJob({ script_code: 'tick', lead_id: bot.getAttr('first'), run_after_sec: 5 }); bot.scheduleJob({ script_code: 'tick', lead_id: 5 }); bot.scheduleScript(bot.getScriptIdByCode('tick'), 6, '', []);
      bot.runScriptByCodeForLead('tick', 7);`,
    me: `bot.setAttr('first', leadId);`,
  };
  const runtime = await startRuntime(await folderOf(scripts), { clock });
  for (const text of ['привет', 'me', 'asked']) await runtime.say(text);
  await later(runtime, clock, 62 * SECOND);
  await seen(runtime, clock, () => Promise.resolve(logged(runtime)), [
    'скрипт tick по расписанию не запущен: условие не выполнено',
    'script_error: ReferenceError: oh is not defined',
  ]);
  expect(await said(runtime)).toEqual(['тик 1']);
  await runtime.say('привет', '2');
  await runtime.say('other', '2');
  expect(logged(runtime).slice(2)).toEqual([
    'bot.scheduleJob: нет лида с номером 5',
    'bot.scheduleScript: нет лида с номером 6',
    'bot.runScriptByCodeForLead: нет лида с номером 7',
  ]);
  await later(runtime, clock, 5 * SECOND);
  const both = async () => [await said(runtime), await said(runtime, '2')];
  await seen(runtime, clock, both, [['тик 1', 'тик 2'], []]);
});

test('the time of a question is over once, unless it is answered; a time that the clocks leave out comes later, and is told', async () => {
  // Berlin sets its clocks from 02:00 to 03:00 in an hour.
  const clock = createTestClock(Date.UTC(2026, 2, 29));
  const storage = `sqlite:${temporaryStorageFolder()}`;
  const scripts = {
    ...TICK,
    gap: `bot.scheduleJob({ script_code: 'tick', run_at: '2026-03-29 02:30:00' });`,
    late: `bot.sendMessage('Напишите, когда будете готовы');`,
  };
  const ask = [
    { type: 'value_input', text: 'Имя?', attribute: 'имя', timeoutSec: 600, onTimeout: 'late' },
    { type: 'send_text', text: 'Рад, {{ $имя }}' },
  ];
  const folder = await folderOf(scripts, ask, 'Europe/Berlin');
  const first = await startRuntime(folder, { clock, storage });
  await first.say('привет');
  await first.say('привет', '2');
  await first.say('Анна', '2');
  await later(first, clock, 599 * SECOND);
  expect(await said(first)).toEqual(['Имя?']);
  await first.close();
  // Over a restart, too.
  const runtime = await startRuntime(folder, { clock, storage });
  await later(runtime, clock, SECOND);
  await seen(runtime, clock, () => said(runtime), ['Имя?', 'Напишите, когда будете готовы']);
  await runtime.say('gap');
  expect(logged(runtime)).toEqual([
    'run_at 2026-03-29 02:30:00: такого времени в этот день нет, часы переводят вперёд; скрипт запустится позже на столько же',
  ]);
  await later(runtime, clock, HOUR);
  expect(await said(runtime)).toHaveLength(2);
  await later(runtime, clock, Date.UTC(2026, 2, 29, 1, 30) - clock.now());
  await seen(runtime, clock, async () => (await said(runtime)).slice(2), ['тик 1']);
  expect(await said(runtime, '2')).toEqual(['Имя?', 'Рад, Анна']);
});

const WRONG = [
  [`bot.scheduleJob('tick')`, 'bot.scheduleJob takes an object'],
  [`bot.scheduleJob({})`, 'bot.scheduleJob: the script_code must be a non-empty string, got undefined'],
  [`bot.scheduleJob({ script_code: 'nothing' })`, 'script_unknown: there is no script "nothing" in this bot'],
  [`bot.scheduleJob({ trigger_code: 'x' })`, 'script_unsupported: bot.scheduleJob: trigger_code is not in the shim'],
  [`bot.scheduleScript(1, leadId, 5)`, 'script_unknown: there is no script "1"'],
  [`bot.scheduleScript(bot.getScriptIdByCode('tick'), leadId, 5)`, 'script_unsupported: bot.scheduleScript: ticket_id'],
  [`bot.scheduleScript('tick', leadId)`, "the script's id must be a number of bot.getScriptIdByCode"],
  [
    `bot.scheduleJob({ script_code: 'tick', is_periodic: true, repeat_interval_sec: 0 })`,
    'repeat_interval_sec must be a whole number of seconds from 10 to',
  ],
  [
    `bot.scheduleJob({ script_code: 'tick', run_after_sec: -1 })`,
    'run_after_sec must be a whole number of seconds from 0',
  ],
  [
    `bot.scheduleJob({ script_code: 'tick', run_at: '2026-02-30 10:00:00' })`,
    'run_at must be a time such as "2027-01-15 09:30:00", got "2026-02-30 10:00:00"',
  ],
  [`bot.scheduleJob({ script_code: 'tick', run_at: 'завтра' })`, 'run_at must be a time such as'],
  [
    `var a = {}; a.a = a; bot.scheduleJob({ script_code: 'tick', script_request_params: a })`,
    'script_request_params must be an object',
  ],
  [
    `bot.scheduleJob({ script_code: 'tick', script_request_params: 'x'.repeat(3000) })`,
    'is longer than 2000 characters',
  ],
  [`bot.removeScheduledJobs('tick')`, 'bot.removeScheduledJobs takes an object'],
  [
    `for (var n = 0; n < 100000; n += 1) bot.scheduleJob({ script_code: 'tick' })`,
    'script_host_calls: the script made more than 200',
  ],
  [
    `for (var n = 0; n < 51; n += 1) bot.scheduleJob({ script_code: 'tick', run_after_sec: 9999999 })`,
    'script_schedule_full: 50 runs are scheduled',
  ],
] as const;

test('what cannot be scheduled is refused in words; a time that is past or that there is not is told', async () => {
  const clock = createTestClock(Date.UTC(2026, 2, 1, 9));
  const scripts = Object.fromEntries(WRONG.map(([code], index) => [`wrong${index}x`, code]));
  const folder = await folderOf({
    ...TICK,
    ...scripts,
    past: `bot.scheduleJob({ script_code: 'tick', run_at: '2026-01-01 10:00', no_such_key: 1 });`,
  });
  const runtime = await startRuntime(folder, { clock });
  await runtime.say('привет');
  for (const [index, [, words]] of WRONG.entries()) {
    await runtime.say(`wrong${index}x`, '1');
    expect(logged(runtime).at(-1)).toContain(words);
  }
  await runtime.say('привет', '2');
  await runtime.say('past', '2');
  await seen(runtime, clock, () => said(runtime, '2'), ['тик 1']);
  expect(logged(runtime).at(-1)).toBe('run_at 2026-01-01 10:00:00 уже прошло: скрипт запустится сразу');
  const [warned] = runtime.activities.flatMap((one) => (one.kind === 'script' && one.log.length > 0 ? one.log : []));
  expect(warned?.text).toContain('"no_such_key" is not known here; known: script_code, lead_id');
});
