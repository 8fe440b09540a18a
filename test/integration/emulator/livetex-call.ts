/** A bare LiveTex caller for the emulator's own tests: sends exactly what it is told. */
import { request } from 'undici';

export interface Call {
  readonly version?: string;
  readonly verb?: string;
  /** `null`: none. Default: the emulator's. */
  readonly key?: string | null;
  /** A string or bytes are sent as they are. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface CallAnswer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

export interface Target {
  readonly url: string;
  readonly token: string;
}

/** One request of the Messaging API. Rejects when the connection is cut. */
export async function livetex(
  target: Target,
  method: string,
  call: Call = {},
  signal?: AbortSignal,
): Promise<CallAnswer> {
  const { version = '1.0', verb = 'POST', key = target.token, body, headers = {} } = call;
  const query = key === null ? '' : `?key=${encodeURIComponent(key)}`;
  const raw = typeof body === 'string' || body instanceof Uint8Array || body === undefined;
  const answer = await request(`${target.url}/${version}/${method}${query}`, {
    method: verb,
    headers: { 'content-type': 'application/json', ...headers },
    body: raw ? (body ?? null) : JSON.stringify(body),
    ...(signal && { signal }),
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, headers: answer.headers, text, body: parse(text) };
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
