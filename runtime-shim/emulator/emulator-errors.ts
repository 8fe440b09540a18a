/** The error catalogue of the emulator: what a test or a simulator's user did that LiveTex's own desk would not offer. */
import type { Text } from '../../plugin/contract/text.ts';
import { type ErrorRow, errorsFrom } from '../../plugin/contract/coded-error.ts';

function row<Facts>(value: ErrorRow<Facts>): ErrorRow<Facts> {
  return value;
}

/** @public Read by the test that compares it with docs/errors.md. */
export const EMULATOR_ERRORS = {
  emulator_option_invalid: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { what: string; problems: readonly string[] }) => ({
      en: `the emulator does not accept ${facts.what}: ${facts.problems.join('; ')}`,
      ru: `эмулятор не принимает ${facts.what}: ${facts.problems.join('; ')}`,
    }),
  }),
  emulator_unknown: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { what: 'dialog' | 'operator' | 'group'; id: string; known: readonly string[] }) => ({
      en: `the emulator knows no ${facts.what} "${facts.id}"; known: ${facts.known.join(', ') || 'none'}`,
      ru: `в эмуляторе нет такого (${facts.what}): "${facts.id}"; есть: ${facts.known.join(', ') || 'ничего'}`,
    }),
  }),
  emulator_refused: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { action: string; userId: string; why: Text }) => ({
      en: `the operator cannot ${facts.action} the dialog "${facts.userId}": ${facts.why.en}`,
      ru: `оператор не может сделать ${facts.action} с диалогом "${facts.userId}": ${facts.why.ru}`,
    }),
  }),
  emulator_wait_timeout: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { userId: string; timeoutMs: number; seen: string }) => ({
      en: `the dialog "${facts.userId}" did not get there within ${facts.timeoutMs} ms; it is ${facts.seen}`,
      ru: `диалог "${facts.userId}" не дошёл до нужного за ${facts.timeoutMs} мс; он ${facts.seen}`,
    }),
  }),
  emulator_closed: row({
    fault: 'setup',
    retryable: false,
    message: () => ({
      en: 'the emulator is closed',
      ru: 'эмулятор закрыт',
    }),
  }),
  emulator_control_failed: row({
    fault: 'remote',
    retryable: false,
    message: (facts: { url: string; reason: string }) => ({
      en: `the emulator at ${facts.url}: ${facts.reason}`,
      ru: `эмулятор по адресу ${facts.url}: ${facts.reason}`,
    }),
  }),
} as const;

/** Makes an error of the catalogue. */
export const emulatorError = errorsFrom(EMULATOR_ERRORS);
