import type { BindingConfig } from '../../plugin/contract/binding-config.ts';

/** Where LiveTex posts a binding's events; `undefined` when the binding asks for no webhook. */
export function webhookAddress(binding: BindingConfig): string | undefined {
  if (binding.webhook === undefined) return undefined;
  return `${binding.webhook.publicUrl.replace(/\/+$/, '')}/webhook/livetex/${encodeURIComponent(binding.id)}`;
}
