import { onTestFinished } from 'vitest';
import type { Activity, Logger } from '../../plugin/contract/host.ts';
import { userIdOf } from '../../plugin/contract/lead.ts';
import { createLiveTexPlugin, type LiveTexPlugin } from '../../plugin/index.ts';
import { dialogLane } from '../../plugin/core/jobs.ts';
import type { Storage } from '../../plugin/storage/index.ts';
import { WEBHOOK_KEY } from './desk.ts';
import { LEAD } from './minimal-host.ts';

const USER = userIdOf(LEAD);
export const LANE = dialogLane('main', USER);

export interface Stand {
  readonly plugin: LiveTexPlugin;
  readonly storage: Storage;
  readonly delivered: string[];
  readonly activities: Activity[];
  readonly errors: string[];
  readonly warnings: string[];
  readonly post: (id: string, fields?: Record<string, unknown>) => Promise<number>;
}

/** A plugin that is not started: what it decides stays in its lanes. */
export async function stand(storage: Storage, bindingId = 'main'): Promise<Stand> {
  const delivered: string[] = [];
  const activities: Activity[] = [];
  const errors: string[] = [];
  const warnings: string[] = [];
  const logger: Logger = {
    debug() {},
    info() {},
    warn: (message, facts) => void warnings.push(`${message} ${JSON.stringify(facts)}`),
    error: (message, facts) => void errors.push(`${message} ${JSON.stringify(facts)}`),
  };
  const plugin = await createLiveTexPlugin({
    storage,
    bindings: [
      {
        id: bindingId,
        token: 'token',
        baseUrl: 'http://127.0.0.1:9',
        webhook: { publicUrl: 'http://127.0.0.1', key: WEBHOOK_KEY },
      },
    ],
    host: {
      attributes: { get: async () => ({ attributes: {} }) },
      hasScript: async () => false,
      runScript: async () => undefined,
      deliver: async (_lead, delivery) => {
        if (delivery.kind === 'text') delivered.push(delivery.text);
      },
      setForwarded: async () => undefined,
      observe: (activity) => void activities.push(activity),
      logger,
    },
  });
  onTestFinished(() => plugin.close());
  return {
    plugin,
    storage,
    delivered,
    activities,
    errors,
    warnings,
    async post(id, fields = {}) {
      const event = {
        id,
        type: 'TextMessage',
        webhook_key: WEBHOOK_KEY,
        user_id: USER,
        timestamp: Date.now(),
        employee: { employee_id: 'a', first_name: 'Анна' },
        text: id,
        ...fields,
      };
      return (await plugin.webhook('main', new TextEncoder().encode(JSON.stringify(event)), {})).status;
    },
  };
}
