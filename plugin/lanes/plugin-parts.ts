import type { Activity } from '../contract/activity.ts';
import type { Clock, LiveTexHost, Logger } from '../contract/host.ts';
import type { Retention, Storage } from '../storage/contract.ts';
import type { Bindings } from './bindings.ts';
import type { Counters } from './counters.ts';

/** What the handlers work with. */
export interface PluginParts {
  readonly bindings: Bindings;
  readonly storage: Storage;
  readonly host: LiveTexHost;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counters: Counters;
  /** A new id, unique for ever. */
  readonly newId: () => string;
  /** `host.observe`, made harmless: somebody's timeline must not fail a job. */
  readonly observe: (activity: Activity) => void;
  /** How long finished things are kept; left out: `DEFAULT_RETENTION`. */
  readonly retention?: Retention;
}
