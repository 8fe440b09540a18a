import { Agent, request } from 'undici';
import { z } from 'zod';
import { CodedError, messageOf } from '../../../plugin/contract/coded-error.ts';
import { emulatorError } from '../errors.ts';
import { CONTROL_PATH } from './serve-control.ts';

const failureSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
const resultSchema = z.object({ result: z.unknown() });
const revisionSchema = z.object({ revision: z.number() });

/** Requests to an emulator's control API. */
export class ControlConnection {
  readonly #url: string;
  readonly #agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  readonly #closing = new AbortController();

  constructor(url: string) {
    this.#url = url;
  }

  get closed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Calls a method of the desk. @throws the emulator's own errors; emulator_control_failed */
  async call(name: string, args: readonly unknown[]): Promise<unknown> {
    // JSON would turn an argument left out into null.
    const given = args.slice(0, args.findLastIndex((arg) => arg !== undefined) + 1);
    return resultSchema.parse(await this.#ask('POST', 'call', JSON.stringify({ call: name, args: given }))).result;
  }

  async get(name: string): Promise<unknown> {
    return await this.#ask('GET', name, null);
  }

  /** The number of the newest change; with `after`, waits until there is a newer one, or for a while. */
  async revision(after?: number, signal?: AbortSignal): Promise<number> {
    const path = after === undefined ? 'changes' : `changes?after=${after}`;
    return revisionSchema.parse(await this.#ask('GET', path, null, signal)).revision;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#agent.destroy();
  }

  async #ask(method: 'GET' | 'POST', path: string, body: string | null, signal?: AbortSignal): Promise<unknown> {
    let status: number;
    let answer: unknown;
    try {
      const response = await request(`${this.#url}${CONTROL_PATH}${path}`, {
        method,
        body,
        headers: { 'content-type': 'application/json' },
        dispatcher: this.#agent,
        signal: AbortSignal.any([this.#closing.signal, ...(signal ? [signal] : [])]),
      });
      status = response.statusCode;
      answer = await response.body.json();
    } catch (error) {
      throw emulatorError('emulator_control_failed', { url: this.#url, reason: messageOf(error) }, error);
    }
    if (status === 200) return answer;
    const failure = failureSchema.safeParse(answer).data?.error;
    if (!failure) throw emulatorError('emulator_control_failed', { url: this.#url, reason: `HTTP ${status}` });
    throw new CodedError(failure.code, { fault: 'setup', retryable: false, text: failure.message }, {});
  }
}
