import { onTestFinished } from 'vitest';
import type { BindingAccess, BindingClient, LiveTexClient, RequestReport } from '../../plugin/client/contract.ts';
import { createLiveTexClient } from '../../plugin/client/index.ts';
import type { CodedError } from '../../plugin/contract/coded-error.ts';
import type { Clock } from '../../plugin/contract/host.ts';
import { realClock } from './test-clock.ts';

/** A token with everything in it that an encoding changes. */
export const TEST_TOKEN = 'tok/en+with%odd"&<chars>\\=42';

export interface TestClient {
  readonly client: LiveTexClient;
  readonly binding: BindingClient;
  readonly reports: RequestReport[];
}

/** A client with one binding "main" on a server of the test; closed when the test ends. */
export function createTestClient(
  baseUrl: string,
  options: Partial<BindingAccess> & { readonly clock?: Clock } = {},
): TestClient {
  const { clock = realClock, ...access } = options;
  const reports: RequestReport[] = [];
  const client = createLiveTexClient({ clock, onRequest: (report) => reports.push(report) });
  onTestFinished(() => client.close());
  const binding = client.binding({
    id: 'main',
    token: TEST_TOKEN,
    baseUrl,
    apiVersion: '1.2',
    // Longer than any test: only a test of the deadline itself meets it.
    requestTimeoutMs: 60_000,
    ...access,
  });
  return { client, binding, reports };
}

/** The coded error that a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<CodedError> {
  try {
    await promise;
  } catch (error) {
    return error as CodedError;
  }
  throw new Error('it did not fail');
}
