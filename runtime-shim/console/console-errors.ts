/** The error catalogue of the console: what whoever opens it, or asks its routes, may meet. Explained in `docs/errors.md`. */
import { type ErrorRow, errorsFrom } from '../../plugin/contract/coded-error.ts';

function row<Facts>(value: ErrorRow<Facts>): ErrorRow<Facts> {
  return value;
}

/** @public Read by the test that compares it with docs/errors.md. */
export const CONSOLE_ERRORS = {
  console_closed: row({
    fault: 'setup',
    retryable: false,
    message: () => ({
      en: 'without "http.adminToken" the console answers to this machine only, by one of its names and without a proxy',
      ru: 'без "http.adminToken" консоль отвечает только этой же машине, по её имени и без прокси',
    }),
  }),
  console_login_needed: row({
    fault: 'setup',
    retryable: false,
    message: () => ({
      en: 'log in, or send "Authorization: Bearer <http.adminToken>"',
      ru: 'войдите или пришлите "Authorization: Bearer <http.adminToken>"',
    }),
  }),
  console_token_wrong: row({
    fault: 'setup',
    retryable: false,
    message: () => ({ en: 'this is not the token', ru: 'токен не тот' }),
  }),
  console_too_many_tries: row({
    fault: 'setup',
    retryable: true,
    message: (facts: { seconds: number }) => ({
      en: `too many wrong tokens: try again in ${facts.seconds} s`,
      ru: `слишком много неверных токенов: попробуйте через ${facts.seconds} с`,
    }),
  }),
  console_forged: row({
    fault: 'setup',
    retryable: false,
    message: () => ({
      en: 'a change must come from the console’s own page of this session',
      ru: 'изменения принимаются только со страницы консоли, открытой в этом же сеансе',
    }),
  }),
  console_viewer: row({
    fault: 'setup',
    retryable: false,
    message: () => ({
      en: 'whoever only looks may not do this: log in with "http.adminToken"',
      ru: 'с правами просмотра это нельзя: войдите с "http.adminToken"',
    }),
  }),
  console_request_invalid: row({
    fault: 'setup',
    retryable: false,
    message: () => ({ en: 'the request has mistakes', ru: 'в запросе есть ошибки' }),
  }),
  console_nothing_there: row({
    fault: 'setup',
    retryable: false,
    message: () => ({ en: 'there is no such thing (any more)', ru: 'такого нет (или уже нет)' }),
  }),
} as const;

export const consoleError = errorsFrom(CONSOLE_ERRORS);
