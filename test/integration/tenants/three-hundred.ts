import type { ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import type { BindingInput } from '../../../plugin/contract/binding-config.ts';
import type { LiveTexHost } from '../../../plugin/contract/host.ts';
import type { LeadRef } from '../../../plugin/contract/lead.ts';
import { createLiveTexPlugin, type LiveTexPlugin } from '../../../plugin/index.ts';
import { createSqliteStorage, systemClock } from '../../../plugin/storage/index.ts';
import { json, startHttpServer } from '../../support/http-server.ts';
import { temporaryStorageFolder } from '../../support/storage-folder.ts';

const TENANTS = 300;
const SICK = 50;

const tenants = Array.from({ length: TENANTS }, (_, number) => number);
/** Every sixth one, so that neither the first nor the last ones are special. */
const isSick = (tenant: number): boolean => tenant % (TENANTS / SICK) === 0;
export const sick = tenants.filter(isSick);
export const healthy = tenants.filter((tenant) => !isSick(tenant));

export const leadOfTenant = (tenant: number, number = 0): LeadRef => ({
  botId: `bot${tenant}`,
  channel: 'telegram',
  externalId: String(number),
});

/** Who was reached, and how often. */
class Seen {
  readonly counts = new Map<string, number>();
  private readonly waiting = new Set<() => void>();

  add(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
    for (const check of this.waiting) check();
  }

  /** Resolves when all of these were seen. */
  all(wanted: readonly string[]): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const check = (): void => {
      if (!wanted.every((what) => this.counts.has(what))) return;
      this.waiting.delete(check);
      resolve();
    };
    this.waiting.add(check);
    check();
    return promise;
  }
}

export interface TenantStand {
  readonly plugin: LiveTexPlugin;
  /** `<tenant> <method>`, when the request has come. */
  readonly requests: Seen;
  /** `<tenant> <port>` and `<tenant> <port> <lead>`, when the platform was called. */
  readonly calls: Seen;
  /** Requests that were given up by the plugin before they were answered. */
  readonly givenUp: () => number;
  /** Requests that hang now. */
  readonly hanging: () => number;
  /** Answers what hangs, and everything from then on. */
  readonly recover: () => void;
}

/** A plugin with 300 tenants on a LiveTex over real HTTP, at which 50 accounts hang, or on a platform that hangs for 50 of its bots. */
export async function startTenants(where: 'livetex' | 'host'): Promise<TenantStand> {
  const requests = new Seen();
  const calls = new Seen();
  const held = new Set<ServerResponse>();
  let hangs = true;
  let givenUp = 0;
  const server = await startHttpServer(({ url }, response) => {
    const [, tenant = '', , method = ''] = url.split(/[/?]/);
    requests.add(`${tenant} ${method}`);
    if (where !== 'livetex' || !hangs || !isSick(Number(tenant))) return answer();
    held.add(response);
    response.on('close', () => {
      if (held.delete(response)) givenUp += 1;
    });
    return undefined;
  });
  const pending = Promise.withResolvers<void>();
  const call = async (port: string, { botId, externalId }: LeadRef): Promise<void> => {
    const tenant = Number(botId.slice('bot'.length));
    calls.add(`${tenant} ${port}`);
    calls.add(`${tenant} ${port} ${externalId}`);
    if (where === 'host' && hangs && isSick(tenant)) await pending.promise;
  };
  const host: LiveTexHost = {
    attributes: { get: async () => ({ attributes: {} }) },
    hasScript: async () => true,
    runScript: (lead) => call('runScript', lead),
    deliver: (lead) => call('deliver', lead),
    setForwarded: (lead) => call('setForwarded', lead),
  };
  const bindings = tenants.map((tenant): BindingInput => ({
    id: `t${tenant}`,
    token: `token-${tenant}`,
    bots: [`bot${tenant}`],
    baseUrl: `${server.url}/${tenant}`,
    // The longest there is: nothing in these tests may depend on a hanging request being given up.
    requestTimeoutMs: 60_000,
  }));
  const storage = await createSqliteStorage(temporaryStorageFolder(), { clock: systemClock });
  const plugin = await createLiveTexPlugin({ bindings, storage, host });
  onTestFinished(async () => {
    recover();
    await plugin.close();
    await storage.close();
  });
  await plugin.start();
  return { plugin, requests, calls, givenUp: () => givenUp, hanging: () => held.size, recover };

  function recover(): void {
    hangs = false;
    pending.resolve();
    for (const response of held) {
      held.delete(response);
      response.end(answer().body);
    }
  }

  function answer() {
    const group = { destination_id: 'g', name: 'Группа', destination_type: 'Department', has_online: false };
    return json({ success: true, message_id: '1', timestamp: 1, destinations: [group] });
  }
}
