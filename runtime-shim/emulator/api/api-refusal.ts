/** LiveTex's own error messages and codes (documentation, "Errors"): HTTP status, `error_code`, `error_message`. */
export const REFUSALS = {
  keyMissing: { status: 400, code: 1, message: 'Authentication key is not specified' },
  keyWrong: { status: 401, code: 2, message: 'Authentication key is not valid' },
  bodyEmpty: { status: 400, code: 3, message: 'Empty body' },
  bodyWrong: { status: 400, code: 4, message: 'Wrong JSON format' },
  urlWrong: { status: 400, code: 5, message: 'URL [..] is not valid' },
  unsupported: { status: 404, code: 6, message: 'Unsupported HTTP request' },
  internal: { status: 500, code: 7, message: 'Internal server error' },
  forbidden: { status: 403, code: 8, message: 'Forbidden method for your account' },
  invalid: { status: 400, code: 9, message: 'Invalid data' },
  /** Not documented as a status: LiveTex asks for `Content-Length`, so a chunked body is not read. */
  lengthMissing: { status: 411, code: 3, message: 'Empty body: send Content-Length, chunked bodies are not read' },
  /** Not documented: the size limit is the emulator's own. */
  bodyTooLarge: { status: 413, code: 9, message: 'Invalid data: the body is larger than 1 MiB' },
  /** Not documented: the emulator listens for this machine only. */
  hostForeign: { status: 403, code: 8, message: 'Host must be a loopback address' },
} as const;

/** What goes back over HTTP. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Ends the handling of a request with one of LiveTex's errors. Never leaves the emulator. */
export class ApiRefusal extends Error {
  readonly answer: ApiAnswer;

  constructor(row: (typeof REFUSALS)[keyof typeof REFUSALS], message: string = row.message) {
    super(message);
    this.answer = failureAnswer(row.status, row.code, message);
  }
}

/** The shape of every failed answer. */
export function failureAnswer(status: number, code: number, message: string): ApiAnswer {
  return { status, body: { success: false, error_code: code, error_message: message } };
}
