/** The error catalogue of uploads. Explained in `docs/errors.md`. */
import { type ErrorRow, errorsFrom } from '../../plugin/contract/coded-error.ts';
import type { Text } from '../../plugin/contract/text.ts';

function row<Facts>(value: ErrorRow<Facts>): ErrorRow<Facts> {
  return value;
}

const NO_ROOM = {
  lead: {
    en: 'this lead has as many files as are kept for one',
    ru: 'у этого лида уже столько файлов, сколько хранится для одного',
  },
  address: {
    en: 'as many files came from this address as are kept for one',
    ru: 'с этого адреса пришло столько файлов, сколько хранится для одного',
  },
  all: { en: 'the place for files is full', ru: 'место для файлов кончилось' },
} as const satisfies Readonly<Record<string, Text>>;

/** @public Read by the test that compares it with docs/errors.md. */
export const UPLOAD_ERRORS = {
  upload_too_large: row({
    fault: 'remote',
    retryable: false,
    message: ({ maxBytes }: { readonly maxBytes: number }) => ({
      en: `the file has more than ${maxBytes} bytes`,
      ru: `в файле больше ${maxBytes} байт`,
    }),
  }),
  upload_type_refused: row({
    fault: 'remote',
    retryable: false,
    message: ({ type, accept }: { readonly type: string; readonly accept: readonly string[] }) => ({
      en: `its bytes say that it is: ${type}; taken are: ${accept.join(', ')}`,
      ru: `по содержимому это: ${type}; принимаются: ${accept.join(', ')}`,
    }),
  }),
  upload_no_room: row({
    fault: 'setup',
    retryable: true,
    message: ({ of }: { readonly of: keyof typeof NO_ROOM }) => NO_ROOM[of],
  }),
  upload_infected: row({
    fault: 'remote',
    retryable: false,
    message: () => ({ en: 'the virus scanner refuses the file', ru: 'антивирус не пропустил файл' }),
  }),
  upload_failed: row({
    fault: 'setup',
    retryable: true,
    message: ({ why }: { readonly why: string }) => ({
      en: `the file could not be taken: ${why}`,
      ru: `файл не удалось принять: ${why}`,
    }),
  }),
  upload_cut: row({
    fault: 'remote',
    retryable: true,
    message: () => ({
      en: 'the file ended before it was whole, so nothing of it is kept',
      ru: 'файл оборвался и не сохранён',
    }),
  }),
} as const;

export const uploadError = errorsFrom(UPLOAD_ERRORS);
