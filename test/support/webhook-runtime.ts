import { createLiveTexPlugin, type LiveTexPlugin } from '../../plugin/index.ts';
import type { Clock, Logger } from '../../plugin/contract/host.ts';
import type { RuntimeOptions } from '../../runtime-shim/runtime/contract.ts';
import { type StartedRuntime, startRuntime } from './start-runtime.ts';
import { watchSecret } from './watched-output.ts';

const WEBHOOK_KEY = 'the-right-webhook-key-1';
const TOKEN = 'token-of-a-test-123';

export interface WebhookRuntime {
  readonly runtime: StartedRuntime;
  readonly plugin: LiveTexPlugin;
  readonly url: string;
  /** Path of the binding's webhook. */
  readonly path: string;
  /** Posts a right event; resolves with the status. What a hostile caller does must not change it from 200. */
  readonly works: () => Promise<number>;
  readonly metrics: () => Promise<string>;
}

let events = 0;

/** An event of LiveTex that means nothing for any dialog of ours, but is right in every part. */
export function eventBody(changes: Readonly<Record<string, unknown>> = {}): string {
  events += 1;
  return JSON.stringify({
    id: `event-${process.pid}-${events}`,
    type: 'TextMessage',
    webhook_key: WEBHOOK_KEY,
    user_id: 'test:telegram:1',
    employee: { employee_id: 'e', first_name: 'Анна' },
    timestamp: 1,
    text: 'Здравствуйте',
    ...changes,
  });
}

/** The real runtime with the real plugin and its HTTP server, on a LiveTex that nobody asks. */
export async function startWebhookRuntime(
  http: Partial<NonNullable<RuntimeOptions['http']>> = {},
  options: { readonly clock?: Clock; readonly logger?: Logger } = {},
): Promise<WebhookRuntime> {
  watchSecret(WEBHOOK_KEY);
  watchSecret(TOKEN);
  let plugin: LiveTexPlugin | undefined;
  const runtime = await startRuntime(
    { scripts: [{ code: 'start', commands: [{ type: 'send_text', text: 'Здравствуйте!' }] }] },
    {
      ...options,
      http: { port: 0, ...http },
      plugins: [
        async (host, storage) => {
          plugin = await createLiveTexPlugin({
            host,
            storage,
            bindings: [
              {
                token: TOKEN,
                baseUrl: 'http://127.0.0.1:9',
                webhook: { publicUrl: 'http://127.0.0.1', key: WEBHOOK_KEY },
              },
            ],
          });
          return plugin;
        },
      ],
    },
  );
  const url = runtime.url ?? '';
  const path = '/webhook/livetex/main';
  if (plugin === undefined) throw new Error('the plugin was not made');
  return {
    runtime,
    plugin,
    url,
    path,
    works: async () => (await fetch(`${url}${path}`, { method: 'POST', body: eventBody() })).status,
    metrics: async () => (await fetch(`${url}/metrics`)).text(),
  };
}
