/** Registers the webhooks of a configuration at the start of a server, and keeps trying while LiveTex is away. */
import type { BindingConfig } from '../../plugin/contract/binding-config.ts';
import { messageOf } from '../../plugin/contract/coded-error.ts';
import type { Clock, Logger } from '../../plugin/contract/host.ts';
import { createLiveTexClient } from '../../plugin/client/index.ts';
import { aborted } from './stop-signal.ts';
import { webhookAddress } from './webhook-address.ts';

/** First wait after a failure and the longest one, ms. Ours: soon after a blip, modest during an outage. */
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 5 * 60_000;

export interface RegisterWebhooksOptions {
  readonly bindings: readonly BindingConfig[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ends all trying. */
  readonly stop: AbortSignal;
}

/** Resolves when every binding is registered, refused for good, or `stop` is aborted. Never rejects. */
export async function registerWebhooks({ bindings, clock, logger, stop }: RegisterWebhooksOptions): Promise<void> {
  const asking = bindings.filter((binding) => binding.webhook !== undefined);
  if (asking.length === 0) return;
  const client = createLiveTexClient({ clock, logger });
  try {
    await Promise.all(asking.map(async (binding) => await register(binding)));
  } finally {
    await client.close();
  }

  async function register(binding: BindingConfig): Promise<void> {
    const url = webhookAddress(binding);
    if (url === undefined || binding.webhook === undefined) return;
    const facts = { binding: binding.id, url };
    for (let wait = FIRST_WAIT_MS; !stop.aborted; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      try {
        await client.binding(binding).setWebhook({ url, webhook_key: binding.webhook.key }, stop);
        logger.info('webhook registered', facts);
        return;
      } catch (error) {
        if (stop.aborted) return;
        const retryable = isRetryable(error);
        const advice = retryable ? 'webhook not registered, trying again' : 'webhook not registered';
        logger.error(advice, { ...facts, error: messageOf(error) });
        if (!retryable) return;
        await pause(wait);
      }
    }
  }

  async function pause(ms: number): Promise<void> {
    const cancels: Array<() => void> = [];
    await Promise.race([
      aborted(stop),
      new Promise<void>((resolve) => {
        cancels.push(clock.after(ms, resolve));
      }),
    ]);
    for (const cancel of cancels) cancel();
  }
}

/** By its field, not its class: an error may come from another copy of the package. */
function isRetryable(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'retryable' in error && error.retryable === true;
}
