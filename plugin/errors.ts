/**
 * The error catalogue of the plugin: code, whose fault, retryable or not, message. `docs/errors.md` explains each row to
 * people; a test holds the two together. Storage has rows of its own (`plugin/storage/errors.ts`): of the plugin it knows only their form.
 */
import { type ErrorRow, errorsFrom } from './contract/coded-error.ts';
import { same, type Text } from './contract/text.ts';
import { ATTRIBUTE_MESSAGES } from './guest/livetex-attributes.guest.ts';
import { WISH_MESSAGES } from './guest/transfer-wishes.guest.ts';

/** Types a row's facts without losing them in the catalogue. */
function row<Facts>(value: ErrorRow<Facts>): ErrorRow<Facts> {
  return value;
}

interface RequestFacts {
  readonly method: string;
  readonly binding: string;
}
/** `detail` is LiveTex's own `error_message`, shortened and with the token taken out. */
interface AnswerFacts extends RequestFacts {
  readonly status: number;
  readonly detail: string;
}
/** `status` is `null` when we know the answer and do not ask. */
interface RefusalFacts extends RequestFacts {
  readonly status: number | null;
  readonly detail: string;
}
/** How long LiveTex asked to wait (`Retry-After`), bounded; absent when it did not say. */
interface RetryFacts {
  readonly retryAfterMs?: number;
}

const answered = (status: number | null): Text =>
  status === null ? { en: 'not sent', ru: 'не отправлено' } : same(`HTTP ${status}`);

export const ERRORS = {
  config_invalid: row({
    fault: 'setup',
    retryable: false,
    message: (facts: {
      problems: readonly string[];
      /** The same, for a form: the path of the field, and what is wrong with it. */
      fields?: ReadonlyArray<{ readonly path: string; readonly text: Text }>;
    }) => ({
      en: `The LiveTex configuration is not valid:\n${facts.problems.map((line) => `  ${line}`).join('\n')}`,
      ru: `Настройки LiveTex неверны:\n${(facts.fields?.map(({ path, text }) => `${path}: ${text.ru}`) ?? facts.problems).map((line) => `  ${line}`).join('\n')}`,
    }),
  }),
  event_invalid: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { problems: readonly string[] }) => ({
      en: `The platform passed an event that is not valid: ${facts.problems.join('; ')}`,
      ru: `Платформа передала неверное событие: ${facts.problems.join('; ')}`,
    }),
  }),
  attr_key_invalid: row({ fault: 'script', retryable: false, message: ATTRIBUTE_MESSAGES.attr_key_invalid }),
  attr_value_invalid: row({ fault: 'script', retryable: false, message: ATTRIBUTE_MESSAGES.attr_value_invalid }),
  attr_argument_invalid: row({ fault: 'script', retryable: false, message: ATTRIBUTE_MESSAGES.attr_argument_invalid }),
  transfer_argument_invalid: row({
    fault: 'script',
    retryable: false,
    message: WISH_MESSAGES.transfer_argument_invalid,
  }),
  note_text_invalid: row({ fault: 'script', retryable: false, message: WISH_MESSAGES.note_text_invalid }),
  channel_excluded: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { channel: string }) => ({
      en: `the channel "${facts.channel}" is excluded from LiveTex (excludedChannels), so its dialogs cannot be handed to an operator`,
      ru: `канал "${facts.channel}" не пускают в LiveTex (excludedChannels), поэтому его диалоги нельзя передать оператору`,
    }),
  }),
  livetex_unreachable: row({
    fault: 'remote',
    retryable: true,
    message: (facts: RequestFacts & { reason: string }) => ({
      en: `LiveTex could not be reached (${facts.method}): ${facts.reason}`,
      ru: `до LiveTex не достучаться (${facts.method}): ${facts.reason}`,
    }),
  }),
  livetex_timeout: row({
    fault: 'remote',
    retryable: true,
    message: (facts: RequestFacts & { timeoutMs: number }) => ({
      en: `LiveTex did not answer ${facts.method} within ${facts.timeoutMs} ms`,
      ru: `LiveTex не ответил на ${facts.method} за ${facts.timeoutMs} мс`,
    }),
  }),
  livetex_token_refused: row({
    fault: 'setup',
    retryable: false,
    message: (facts: AnswerFacts) => ({
      en: `LiveTex refuses the token of binding "${facts.binding}" (HTTP ${facts.status}): copy the access key of the touch point anew`,
      ru: `LiveTex не принимает токен привязки "${facts.binding}" (HTTP ${facts.status}): скопируйте «Ключ доступа» точки контакта заново`,
    }),
  }),
  livetex_method_forbidden: row({
    fault: 'setup',
    retryable: false,
    message: (facts: RefusalFacts) => ({
      en: `LiveTex does not allow ${facts.method} for this account (${answered(facts.status).en}, ${facts.detail}): the account's product or apiVersion does not have it`,
      ru: `LiveTex не разрешает ${facts.method} этому аккаунту (${answered(facts.status).ru}, ${facts.detail}): этого нет в продукте аккаунта или в apiVersion`,
    }),
  }),
  livetex_refused: row({
    fault: 'remote',
    retryable: false,
    message: (facts: RefusalFacts) => ({
      en: `LiveTex refused ${facts.method} (${answered(facts.status).en}): ${facts.detail}`,
      ru: `LiveTex отверг ${facts.method} (${answered(facts.status).ru}): ${facts.detail}`,
    }),
  }),
  livetex_rate_limited: row({
    fault: 'remote',
    retryable: true,
    message: (facts: AnswerFacts & RetryFacts) => ({
      en: `LiveTex asks to slow down (${facts.method}, HTTP ${facts.status})`,
      ru: `LiveTex просит не спешить (${facts.method}, HTTP ${facts.status})`,
    }),
  }),
  livetex_failed: row({
    fault: 'remote',
    retryable: true,
    message: (facts: AnswerFacts & RetryFacts) => ({
      en: `LiveTex failed at ${facts.method} (HTTP ${facts.status}): ${facts.detail}`,
      ru: `LiveTex не справился с ${facts.method} (HTTP ${facts.status}): ${facts.detail}`,
    }),
  }),
  livetex_answer_invalid: row({
    fault: 'remote',
    retryable: true,
    message: (facts: RequestFacts & { status: number; problem: string }) => ({
      en: `LiveTex's answer to ${facts.method} is not understood (HTTP ${facts.status}): ${facts.problem}`,
      ru: `ответ LiveTex на ${facts.method} непонятен (HTTP ${facts.status}): ${facts.problem}`,
    }),
  }),
  livetex_no_group: row({
    fault: 'setup',
    retryable: true,
    message: (facts: { binding: string }) => ({
      en: `LiveTex returned no group of operators for binding "${facts.binding}": add one to the touch point`,
      ru: `LiveTex не вернул ни одной группы операторов для привязки "${facts.binding}": добавьте группу точке контакта`,
    }),
  }),
  group_unknown: row({
    fault: 'script',
    retryable: false,
    message: (facts: { group: string; groups: Text }) => ({
      en: `there is no group "${facts.group.slice(0, 100)}" of operators: ${facts.groups.en}`,
      ru: `группы операторов «${facts.group.slice(0, 100)}» нет: ${facts.groups.ru}`,
    }),
  }),
  bot_not_bound: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { botId: string }) => ({
      en: `no LiveTex binding takes the bot "${facts.botId}" (bots), so its dialogs cannot be handed to an operator`,
      ru: `ни одна привязка LiveTex не берёт бота "${facts.botId}" (bots), поэтому его диалоги нельзя передать оператору`,
    }),
  }),
  binding_unknown: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { binding: string }) => ({
      en: `there is no LiveTex binding "${facts.binding}" in the configuration`,
      ru: `в настройках нет привязки LiveTex "${facts.binding}"`,
    }),
  }),
  binding_given: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { binding: string }) => ({
      en: `the LiveTex binding "${facts.binding}" stands in the configuration, which goes before what is put: change it there`,
      ru: `привязка LiveTex "${facts.binding}" стоит в настройках, а они важнее добавленного: измените её там`,
    }),
  }),
  binding_changed: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { binding: string }) => ({
      en: `the LiveTex binding "${facts.binding}" was changed by somebody else meanwhile: look at it as it is now`,
      ru: `привязку LiveTex "${facts.binding}" тем временем изменил кто-то другой: посмотрите, какая она теперь`,
    }),
  }),
  secret_key_wrong: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { bindings: readonly string[] }) => ({
      en: `stored LiveTex bindings cannot be read with this secretKey: ${facts.bindings.map((id) => `"${id}"`).join(', ')}`,
      ru: `сохранённые привязки LiveTex с этим secretKey не прочитать: ${facts.bindings.map((id) => `"${id}"`).join(', ')}`,
    }),
  }),
  webhook_not_configured: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { binding: string }) => ({
      en: `the LiveTex binding "${facts.binding}" has no "webhook" (publicUrl and key) in the configuration`,
      ru: `у привязки LiveTex "${facts.binding}" в настройках нет "webhook" (publicUrl и key)`,
    }),
  }),
  action_unknown: row({
    fault: 'internal',
    retryable: false,
    message: (facts: { action: string }) => ({
      en: `the platform passed an action that the plugin does not know: ${facts.action}`,
      ru: `платформа передала действие, которого плагин не знает: ${facts.action}`,
    }),
  }),
  job_unreadable: row({
    fault: 'internal',
    retryable: false,
    message: (facts: { job: string }) => ({
      en: `a stored job is not understood (${facts.job}): a newer version may have written it`,
      ru: `сохранённая задача непонятна (${facts.job}): возможно, её записала более новая версия`,
    }),
  }),
  host_failed: row({
    fault: 'internal',
    retryable: true,
    message: (facts: { port: string }) => ({
      en: `the platform's ${facts.port} failed`,
      ru: `вызов платформы ${facts.port} не удался`,
    }),
  }),
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** Makes an error of the catalogue. */
export const pluginError = errorsFrom(ERRORS);
