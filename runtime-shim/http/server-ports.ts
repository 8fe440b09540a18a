import type { Clock, Logger } from '../../plugin/contract/host.ts';
import type { Metric, Readiness } from '../../plugin/contract/plugin.ts';
import type { Storage } from '../../plugin/storage/contract.ts';
import type { HttpRoute, Runtime } from '../runtime/contract.ts';
import type { BodyBudget } from './body-budget.ts';
import type { TrustedProxies } from './peer-address.ts';

/** What the HTTP server asks of the runtime. */
export interface ServerPorts {
  readonly runtime: Runtime;
  /** For its hints that a transcript grew. */
  readonly storage: Pick<Storage, 'onAppend'>;
  readonly clock: Clock;
  readonly logger: Logger;
  ready(): Promise<Readiness>;
  metrics(): Promise<Metric[]>;
}

/** What a request is served with. */
export interface Serving {
  readonly ports: ServerPorts;
  readonly apiToken: string | undefined;
  readonly trustedProxies: TrustedProxies;
  readonly bodies: BodyBudget;
  readonly routes: readonly HttpRoute[];
  /** Aborted when the server closes. */
  readonly closing: AbortSignal;
}
