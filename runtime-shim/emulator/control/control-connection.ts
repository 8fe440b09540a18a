import { Agent, request } from 'undici';
import { z } from 'zod';
import { same } from '../../../plugin/contract/text.ts';
import { CodedError, messageOf } from '../../../plugin/contract/coded-error.ts';
import { emulatorError } from '../emulator-errors.ts';
import { CONTROL_PATH } from './serve-control.ts';

const failureSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
const resultSchema = z.object({ result: z.unknown().optional() });
const revisionSchema = z.object({ revision: z.number() });

interface Ask {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** Requests to an emulator's control API. */
export class ControlConnection {
  readonly #url: string;
  readonly #agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  readonly #closing = new AbortController();

  constructor(url: string) {
    this.#url = url;
  }

  /** Calls a method of the desk. @throws the emulator's own errors; emulator_control_failed */
  async call(name: string, args: readonly unknown[]): Promise<unknown> {
    // JSON would turn an argument left out into null.
    const given = args.slice(0, args.findLastIndex((arg) => arg !== undefined) + 1);
    const body = JSON.stringify({ call: name, args: given });
    return (await this.#ask({ method: 'POST', path: 'call', body }, resultSchema)).result;
  }

  /** @throws emulator_control_failed, also when what answers is no emulator */
  async get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>> {
    return await this.#ask({ method: 'GET', path }, schema);
  }

  /** The number of the newest change; with `after`, waits until there is a newer one, or for a while. */
  async revision(after?: number, signal?: AbortSignal): Promise<number> {
    const path = after === undefined ? 'changes' : `changes?after=${after}`;
    return (await this.#ask({ method: 'GET', path, ...(signal && { signal }) }, revisionSchema)).revision;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#agent.destroy();
  }

  async #ask<Schema extends z.ZodType>(ask: Ask, schema: Schema): Promise<z.infer<Schema>> {
    let status: number;
    let answer: unknown;
    try {
      const response = await request(`${this.#url}${CONTROL_PATH}${ask.path}`, {
        method: ask.method,
        body: ask.body ?? null,
        headers: { 'content-type': 'application/json' },
        dispatcher: this.#agent,
        signal: AbortSignal.any([this.#closing.signal, ...(ask.signal ? [ask.signal] : [])]),
      });
      status = response.statusCode;
      answer = await response.body.json();
    } catch (error) {
      throw this.#failed(messageOf(error), error);
    }
    const failure = failureSchema.safeParse(answer).data?.error;
    if (failure)
      throw new CodedError(failure.code, { fault: 'setup', retryable: false, text: same(failure.message) }, {});
    const parsed = schema.safeParse(answer);
    if (status === 200 && parsed.success) return parsed.data;
    throw this.#failed(`it answered HTTP ${status}, not as an emulator does`, parsed.error);
  }

  #failed(reason: string, cause: unknown): Error {
    return emulatorError('emulator_control_failed', { url: this.#url, reason }, cause);
  }
}
