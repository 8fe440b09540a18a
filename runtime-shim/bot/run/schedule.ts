/** What scripts schedule (`bot.scheduleJob`, `bot.removeScheduledJobs`). */
import type { Json } from '../../../plugin/contract/guest.ts';
import { shimError } from '../../errors.ts';
import { MAX_SCHEDULED, momentInZone, type Scheduled, withRun } from '../../leads/schedule.ts';
import { quotedName } from '../../names.ts';
import type { ScheduleAction } from '../../sandbox/contract.ts';
import type { Bot } from '../bot.ts';
import { runAuthorScript } from './author-script.ts';
import { applyWrites, attributesFull, NO_WRITES } from './apply-writes.ts';
import { type Play, saidError } from './play.ts';

/** The run that an action asks for, and what the author should know of its time. `undefined`: there is no such script. */
export function runOf(
  bot: Bot,
  action: ScheduleAction,
  now: number,
): { readonly run: Omit<Scheduled, 'n'>; readonly remark?: string } | undefined {
  const { script, runAt, afterSec = 0, everySec, condition, addTags, removeTags, params } = action;
  if (!bot.scripts.has(script)) return undefined;
  const moment = runAt === undefined ? undefined : momentInZone(runAt, bot.timeZone);
  const at = moment?.at ?? now + afterSec * 1_000;
  const remark =
    moment === undefined
      ? undefined
      : moment.inGap
        ? `run_at ${runAt}: такого времени в этот день нет, часы переводят вперёд; скрипт запустится позже на столько же`
        : at < now
          ? `run_at ${runAt} уже прошло: скрипт запустится сразу`
          : undefined;
  return {
    run: {
      script,
      at: Math.max(at, now),
      ...(everySec === undefined ? {} : { everyMs: everySec * 1_000 }),
      ...(condition === undefined ? {} : { condition }),
      ...(addTags.length === 0 ? {} : { addTags: [...addTags] }),
      ...(removeTags.length === 0 ? {} : { removeTags: [...removeTags] }),
      ...(params === undefined ? {} : { params: JSON.parse(params) as Json }),
    },
    ...(remark === undefined ? {} : { remark }),
  };
}

/** Schedules for the lead itself, or asks for it to be done for another one. */
export function schedule(play: Play, script: string, action: ScheduleAction): void {
  const found = runOf(play.input.bot, action, play.input.now);
  const mistake = (error: ReturnType<typeof saidError>): void => {
    const place = action.at ?? { file: '', line: null, column: null };
    play.report({
      kind: 'script',
      script,
      cause: { code: 'runs_unknown', of: script },
      log: [],
      error: { ...error, ...place },
    });
  };
  if (found === undefined) return mistake(play.unknownScript(action.script));
  if (found.remark !== undefined) play.remark(found.remark, 'warn');
  play.spend(JSON.stringify(found.run).length);
  if (action.leadId !== undefined && action.leadId !== String(play.lead.id)) {
    play.runForOther({ call: action.call, leadId: action.leadId, code: found.run.script, scheduled: found.run });
    return;
  }
  const scheduled = withRun(play.lead.scheduled ?? [], found.run);
  if (scheduled === undefined) return mistake(saidError(shimError('script_schedule_full', { limit: MAX_SCHEDULED })));
  play.lead = { ...play.lead, scheduled };
}

/** Forgets the lead's scheduled runs: those of one script, or all. */
export function unschedule(play: Play, script: string | undefined): void {
  const { scheduled = [] } = play.lead;
  const left = scheduled.filter((one) => one.question === true || (script !== undefined && one.script !== script));
  if (left.length < scheduled.length) play.lead = { ...play.lead, scheduled: left };
}

/** Where a condition of a scheduled run is said to stand. */
const CONDITION_FILE = 'condition_script_code';

/** Is a run that is due to go on? Sets its tags then. What keeps it from running is told to the author. */
export async function beginDue(play: Play, due: Scheduled): Promise<boolean> {
  const { script, condition, addTags = [], removeTags = [] } = due;
  if (condition !== undefined && condition.trim() !== '') {
    const result = await runAuthorScript(play, CONDITION_FILE, condition);
    if (!result.ok) {
      const { log, usage, error } = result;
      play.report({
        kind: 'script',
        script,
        cause: { code: 'condition_failed' },
        log: play.keptLog(log),
        error,
        usage,
      });
      return false;
    }
    if (result.returned !== true) {
      play.remark(`скрипт ${quotedName(script)} по расписанию не запущен: условие не выполнено`);
      return false;
    }
  }
  if (applyWrites(play, { ...NO_WRITES, tags: { add: addTags, remove: removeTags } })) return true;
  play.mistake(script, { code: 'not_performed' }, attributesFull());
  return false;
}
