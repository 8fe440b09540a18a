import type { Json } from '../../plugin/contract/guest-platform.ts';

/** The lead as a run sees it. */
export interface LeadSnapshot {
  /** `lead.getData(key)`. */
  readonly data: Readonly<Record<string, Json>>;
  readonly channel: string;
  /** Ordinary and JSON attributes; a JSON one as its text. */
  readonly attributes: Readonly<Record<string, { readonly kind: 'text' | 'json'; readonly value: string }>>;
  /** Attributes with the prefix `sys_`. */
  readonly systemAttributes: Readonly<Record<string, Json>>;
  readonly tags: readonly string[];
  readonly contexts?: Readonly<Record<string, string>>;
  /** Those that `bot.json` lists. */
  readonly statuses?: ReadonlyArray<{ readonly id: number; readonly name: string }>;
  /** Does the lead's channel show buttons? */
  readonly buttons?: boolean;
  /** What the lead wrote, when that is why the script runs. */
  readonly said?: string;
}
