/** The error catalogue of channels: what a messenger answered, or did not, and why one is not put. Explained in `docs/errors.md`. */
import { type ErrorRow, errorsFrom } from '../../plugin/contract/coded-error.ts';
import type { Text } from '../../plugin/contract/text.ts';

function row<Facts>(value: ErrorRow<Facts>): ErrorRow<Facts> {
  return value;
}

interface Told {
  /** Kind of the messenger. */
  readonly kind: string;
  /** What was asked, and what was said to it: words without secrets. */
  readonly why: string;
}

/** @public Read by the test that compares it with docs/errors.md. */
export const CHANNEL_ERRORS = {
  channel_unreachable: row({
    fault: 'remote',
    retryable: true,
    message: ({ kind, why }: Told) => ({
      en: `${kind} cannot be reached: ${why}`,
      ru: `${kind} недоступен: ${why}`,
    }),
  }),
  channel_failed: row({
    fault: 'remote',
    retryable: true,
    message: ({ kind, why }: Told) => ({
      en: `${kind} did not do what it was asked: ${why}`,
      ru: `${kind} не выполнил запрос: ${why}`,
    }),
  }),
  channel_unknown: row({
    fault: 'remote',
    retryable: true,
    message: ({ kind, why }: Told) => ({
      en: `${kind} gave no answer to a message that went out, so it may have arrived: ${why}`,
      ru: `${kind} не ответил на отправленное сообщение, оно могло дойти: ${why}`,
    }),
  }),
  channel_too_many: row({
    fault: 'remote',
    retryable: true,
    message: ({ kind, why }: Told) => ({
      en: `${kind} asks to wait: ${why}`,
      ru: `${kind} просит подождать: ${why}`,
    }),
  }),
  channel_unauthorised: row({
    fault: 'setup',
    retryable: false,
    message: ({ kind, why }: Told) => ({
      en: `${kind} refuses the token: ${why}`,
      ru: `${kind} не принимает токен: ${why}`,
    }),
  }),
  channel_conflict: row({
    fault: 'setup',
    retryable: true,
    message: ({ kind, why }: Told) => ({
      en: `${kind} gives its updates to somebody else: ${why}`,
      ru: `${kind} отдаёт обновления кому-то другому: ${why}`,
    }),
  }),
  channel_refused: row({
    fault: 'remote',
    retryable: false,
    message: ({ kind, why }: Told) => ({
      en: `${kind} lets the bot write to this lead no more: ${why}`,
      ru: `${kind} больше не даёт писать этому лиду: ${why}`,
    }),
  }),
  channel_not_shown: row({
    fault: 'script',
    retryable: false,
    message: ({ kind, why }: Told) => ({
      en: `${kind} shows this message in no form: ${why}`,
      ru: `${kind} не показывает это сообщение ни в каком виде: ${why}`,
    }),
  }),
  channel_file_gone: row({
    fault: 'remote',
    retryable: false,
    message: ({ kind, why }: Told) => ({
      en: `${kind} gives this file no more: ${why}`,
      ru: `${kind} больше не отдаёт этот файл: ${why}`,
    }),
  }),
  channel_invalid: row({
    fault: 'setup',
    retryable: false,
    /** The path of each field, and what is wrong with it. */
    message: ({ fields }: { readonly fields: ReadonlyArray<{ readonly path: string; readonly text: Text }> }) => ({
      en: `The channel is not valid:\n${fields.map(({ path, text }) => `  ${path}: ${text.en}`).join('\n')}`,
      ru: `Настройки канала неверны:\n${fields.map(({ path, text }) => `  ${path}: ${text.ru}`).join('\n')}`,
    }),
  }),
  channel_given: row({
    fault: 'setup',
    retryable: false,
    message: ({ channel }: { readonly channel: string }) => ({
      en: `channel "${channel}" stands in the configuration file: it is changed there`,
      ru: `канал «${channel}» стоит в файле настроек: его меняют там`,
    }),
  }),
  channel_changed: row({
    fault: 'setup',
    retryable: false,
    message: ({ channel }: { readonly channel: string }) => ({
      en: `channel "${channel}" was changed by somebody else meanwhile: read it and change it again`,
      ru: `канал «${channel}» тем временем изменил кто-то другой: прочитайте его и измените заново`,
    }),
  }),
  channel_of_another: row({
    fault: 'setup',
    retryable: false,
    message: ({ channel }: { readonly channel: string }) => ({
      en: `the code "${channel}" belongs to another bot of a messenger, whose leads have their talks under it: take a new code`,
      ru: `код «${channel}» занят другим ботом мессенджера, под ним переписка его лидов: возьмите новый код`,
    }),
  }),
} as const;

export const channelError = errorsFrom(CHANNEL_ERRORS);
