/** Causes in words. Nothing but texts: the simulator's page is made of this file, too. */
import type { ScriptCause, ScriptCauseCode } from './script-cause.ts';

/** In Russian, the language of the author's log. `{of}` is what the cause is about. */
export const SCRIPT_CAUSE_TEXTS: Readonly<Record<ScriptCauseCode, string>> = {
  new_lead: 'новый лид',
  menu_item: 'пункт меню "{of}"',
  route: 'маршрут "{of}"',
  fallback: 'ни один маршрут не подошёл',
  run_sentence: 'команда run_sentence скрипта "{of}"',
  run_javascript: 'команда run_javascript скрипта "{of}"',
  bot_run: 'запущен из скрипта "{of}"',
  runs_unknown: 'скрипт "{of}" запускает скрипт, которого нет',
  other_lead: 'bot.runScriptByCodeForLead из диалога другого лида',
  no_operators: 'нет доступных операторов',
  transfer_failed: 'перевод на оператора не удался',
  returned: 'диалог вернулся боту',
  operator_command: 'команда оператора',
  operator_timeout: 'оператор не ответил вовремя',
  lead_exit: 'лид вернулся к боту',
  script_failed: 'скрипт "{of}" завершился с ошибкой',
  not_sent: 'сообщение не отправлено',
  answer_not_kept: 'ответ лида не записан',
  route_not_tried: 'маршрут "{of}" не проверен',
  condition_failed: 'условие не вычислено, поэтому не выполнено',
  stopped: 'сценарий остановлен',
  not_performed: 'сценарий не выполнен',
  endpoint: 'вызван по адресу "{of}"',
  scheduled: 'по расписанию',
  question_cancelled: 'лид отменил вопрос скрипта "{of}"',
  question_failed: 'на вопрос скрипта "{of}" нет верного ответа',
  question_timeout: 'лид не ответил на вопрос вовремя',
  command_line: 'запущен командой run',
  told: '{of}',
};

/** A cause as a sentence. */
export function scriptCauseText(
  { code, of = '' }: ScriptCause,
  texts: Readonly<Record<ScriptCauseCode, string>> = SCRIPT_CAUSE_TEXTS,
): string {
  return texts[code].replace('{of}', () => of);
}
