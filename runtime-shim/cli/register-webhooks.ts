/** Registers the webhooks of a configuration at the start of a server, and keeps trying while LiveTex is away. */
import { createLiveTexClient } from '../../plugin/client/index.ts';
import { type BindingConfig, webhookUrlOf } from '../../plugin/contract/binding-config.ts';
import { codeOf, messageOf } from '../../plugin/contract/coded-error.ts';
import type { Clock, Logger } from '../../plugin/contract/host.ts';
import { systemClock } from '../../plugin/storage/index.ts';
import { aborted } from './listening.ts';

/** First wait after a failure and the longest one, ms. Our choice: soon after a blip, modest during an outage. */
export const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 5 * 60_000;
/** Wait after a refusal, ms. Our choice: whoever has mended the access key sees answers within a minute. */
export const REFUSED_WAIT_MS = 60_000;

export interface RegisterWebhooksOptions {
  /** Ids of the bindings that ask for a webhook. */
  readonly bindings: readonly string[];
  /** Registers one, and returns the address that LiveTex has now. */
  readonly register: (binding: string) => Promise<{ readonly url: string }>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ends all trying. */
  readonly stop: AbortSignal;
}

/** Resolves when every binding is registered, wrongly configured, or `stop` is aborted. Never rejects. */
export async function registerWebhooks(options: RegisterWebhooksOptions): Promise<void> {
  await Promise.all(options.bindings.map(async (binding) => await registerOne(binding, options)));
}

async function registerOne(binding: string, options: RegisterWebhooksOptions): Promise<void> {
  const { register, clock, logger, stop } = options;
  let refusedWith: string | undefined;
  for (let wait = FIRST_WAIT_MS; !stop.aborted;) {
    try {
      const { url } = await register(binding);
      logger.info('webhook registered', { binding, url });
      return;
    } catch (error) {
      const code = codeOf(error);
      const facts = { binding, error: messageOf(error) };
      if (isRetryable(error)) {
        logger.error('webhook not registered, trying again', facts);
        await pause(wait, clock, stop);
        wait = Math.min(wait * 2, LONGEST_WAIT_MS);
        continue;
      }
      // Once for each refusal: it may last for days.
      if (code !== refusedWith) logger.error('webhook not registered', facts);
      refusedWith = code;
      // A mistake of the configuration does not mend while we run; what LiveTex refuses, somebody may mend there.
      if (code?.startsWith('livetex_') !== true) return;
      await pause(REFUSED_WAIT_MS, clock, stop);
    }
  }
}

async function pause(ms: number, clock: Clock, stop: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(ms, resolve);
  await Promise.race([promise, aborted(stop)]);
  cancel();
}

/** By its field, not its class: an error may come from another copy of the package. */
function isRetryable(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'retryable' in error && error.retryable === true;
}

/** Registers a binding's webhook once, for a server whose address is known only when it listens (port 0). */
export async function setWebhookAt(binding: BindingConfig, publicUrl: string): Promise<void> {
  const key = binding.webhook?.key ?? '';
  const client = createLiveTexClient({ clock: systemClock });
  try {
    const url = webhookUrlOf({ id: binding.id, webhook: { publicUrl } }) ?? '';
    await client.binding(binding).setWebhook({ url, webhook_key: key });
  } finally {
    await client.close();
  }
}
