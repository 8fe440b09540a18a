import type { Text } from '../../../../plugin/contract/text.ts';

/** What is wrong with one field of what was sent. */
interface FieldProblem {
  readonly path: string;
  readonly text: Text;
}

/** Why something was not done, in both languages. */
export interface Failure {
  /** 0: the server did not answer. */
  readonly status: number;
  readonly code: string;
  readonly text: Text;
  readonly fields: readonly FieldProblem[];
  /** What is there instead: a binding that somebody else changed meanwhile. */
  readonly current?: unknown;
}

export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: Failure };

const UNREACHABLE: Text = { en: 'the server does not answer', ru: 'сервер не отвечает' };

interface ErrorBody {
  readonly code?: string;
  readonly message?: string;
  readonly ru?: string;
  readonly fields?: readonly FieldProblem[];
  readonly current?: unknown;
}

/** Asks an address of the console. `csrf`: the session's token, which every change brings along. Never rejects. */
export async function ask<Value>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  { body, csrf = '' }: { readonly body?: unknown; readonly csrf?: string } = {},
): Promise<Answer<Value>> {
  try {
    const response = await fetch(`/console/api${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'x-csrf-token': csrf },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (response.ok) return { ok: true, value: answer as Value };
    const { error = {} } = answer as { readonly error?: ErrorBody };
    const { code = 'failed', message = String(response.status), ru = message, fields = [], current } = error;
    return { ok: false, failure: { status: response.status, code, text: { en: message, ru }, fields, current } };
  } catch {
    return { ok: false, failure: { status: 0, code: 'unreachable', text: UNREACHABLE, fields: [] } };
  }
}
