import type { Clock, Logger } from '../../plugin/contract/host.ts';
import type { Histogram } from '../../plugin/contract/histogram.ts';
import type { Metric, Readiness } from '../../plugin/contract/plugin.ts';
import type { Storage } from '../../plugin/storage/contract.ts';
import type { Channels } from '../channels/channels.ts';
import type { Runtime } from '../runtime/contract.ts';
import type { Route } from './routes.ts';

/** What the HTTP server asks of the runtime. */
export interface ServerPorts {
  readonly runtime: Runtime;
  /** The messengers that leads write from. */
  readonly channels: Channels | undefined;
  /** For its hints that a transcript grew. */
  readonly storage: Pick<Storage, 'onAppend'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long answers take; streams are not counted. */
  readonly seconds: Histogram;
  ready(): Promise<Readiness>;
  metrics(): Promise<Metric[]>;
  /** Further addresses. */
  readonly routes: readonly Route[];
}
