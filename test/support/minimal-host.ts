import { createLiveTexPlugin, type LiveTexPlugin } from '../../plugin/index.ts';
import type { Activity, Clock, Delivery, LiveTexHost, Logger, ScriptRequest } from '../../plugin/contract/host.ts';
import type { LiveTexAttrs } from '../../plugin/contract/attributes.ts';
import type { BindingInput } from '../../plugin/contract/binding-config.ts';
import type { EventVerdict, PlatformEvent } from '../../plugin/contract/events.ts';
import { type LeadRef, userIdOf } from '../../plugin/contract/lead.ts';
import type { Content } from '../../plugin/contract/message.ts';
import type { ScriptType } from '../../plugin/contract/script-types.ts';
import type { LiveTexClient, LiveTexClientOptions } from '../../plugin/client/contract.ts';
import type { Storage } from '../../plugin/storage/contract.ts';
import { watchedLogger } from './watched-logger.ts';

/** One thing that the lead saw. */
interface Shown {
  readonly userId: string;
  readonly from: 'bot' | 'operator' | 'notice';
  readonly text: string;
  readonly operator?: string;
  readonly url?: string;
  readonly sentAt?: number;
}

/** What a "script" of this platform can do. */
interface ScriptApi {
  readonly lead: LeadRef;
  readonly request: ScriptRequest;
  readonly say: (text: string) => Promise<void>;
  readonly transferToOperator: () => Promise<void>;
  readonly returnToBot: () => Promise<void>;
}
type HostScript = (api: ScriptApi) => Promise<void>;

/**
 * A platform that is not the shim: attributes in a Map, scripts as functions, a lead's chat as an array, no database.
 * It shows that the ports are enough, and that a platform with its own storage gets the same promises: it performs
 * each call once by its id, and repeats its own events with theirs.
 */
export interface MinimalHost {
  readonly shown: Shown[];
  readonly runs: ScriptRequest[];
  readonly log: Array<{ readonly level: string; readonly text: string }>;
  readonly activities: Activity[];
  readonly attributes: Map<string, LiveTexAttrs>;
  readonly hiddenAttributes: Map<string, LiveTexAttrs>;
  readonly tags: Map<string, readonly string[]>;
  readonly forwarded: Map<string, boolean>;
  readonly scripts: Map<ScriptType, HostScript>;
  /** Ids of every call that the plugin made, repeats included. */
  readonly calls: string[];
  /** Thrown by the next calls of the ports, one each: a platform in trouble. */
  readonly failures: Error[];
  plugin: LiveTexPlugin;
  /** Loads the plugin again, as after a crash of the process: the storage is what remains. `change`: of every binding. */
  reload(storage: string | Storage, change?: Partial<BindingInput>): Promise<void>;
  leadSays(lead: LeadRef, content: string | Content, id?: string): Promise<EventVerdict>;
  /** Says it only when the plugin allows it, as a platform must. */
  botSays(
    lead: LeadRef,
    content: string | Content,
    options?: { id?: string; duringTransfer?: boolean },
  ): Promise<EventVerdict>;
  askForOperator(lead: LeadRef, id?: string): Promise<EventVerdict>;
  returnToBot(lead: LeadRef, id?: string): Promise<EventVerdict>;
  /** What one lead saw, as `from: text`. */
  chat(lead: LeadRef): string[];
  /** Resolves when the condition holds; looked at after each call of the plugin. */
  when(condition: () => boolean): Promise<void>;
}

export interface MinimalHostOptions {
  readonly bindings: readonly BindingInput[];
  readonly storage: string | Storage;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly createClient?: (options: LiveTexClientOptions) => LiveTexClient;
  readonly random?: () => number;
}

export const LEAD: LeadRef = { botId: 'support', channel: 'telegram', externalId: '42' };

export async function startMinimalHost(options: MinimalHostOptions): Promise<MinimalHost> {
  const { clock } = options;
  const now = (): number => clock?.now() ?? Date.now();
  const performed = new Set<string>();
  const waiters = new Set<{ condition: () => boolean; resolve: () => void }>();
  let counter = 0;
  const newId = (): string => `event-${(counter += 1)}`;

  const ports: LiveTexHost = {
    attributes: {
      get: async (lead) => {
        breakIfAsked();
        const userId = userIdOf(lead);
        const hidden = host.hiddenAttributes.get(userId);
        const tags = host.tags.get(userId);
        return {
          name: `Лид ${lead.externalId}`,
          attributes: host.attributes.get(userId) ?? {},
          ...(hidden === undefined ? {} : { hiddenAttributes: hidden }),
          ...(tags === undefined ? {} : { tags }),
        };
      },
    },
    hasScript: async (_, script) => {
      breakIfAsked();
      return 'type' in script && host.scripts.has(script.type);
    },
    runScript: (lead, request) => once(request.id, () => run(lead, request)),
    deliver: (lead, delivery) => once(delivery.id, async () => show(lead, delivery)),
    setForwarded: (lead, { id, forwarded }) => once(id, async () => void host.forwarded.set(userIdOf(lead), forwarded)),
    authorLog: (_, { level, text }) => {
      host.log.push({ level, text });
      wake();
    },
    observe: (activity) => {
      host.activities.push(activity);
      wake();
    },
    ...(clock ? { clock } : {}),
    logger: options.logger ?? watchedLogger(),
  };

  const load = (storage: string | Storage, change: Partial<BindingInput> = {}): Promise<LiveTexPlugin> =>
    createLiveTexPlugin({
      bindings: options.bindings.map((binding) => ({ ...binding, ...change })),
      storage,
      host: ports,
      ...(options.createClient ? { createClient: options.createClient } : {}),
      ...(options.random ? { random: options.random } : {}),
    });

  const host: MinimalHost = {
    shown: [],
    runs: [],
    log: [],
    activities: [],
    attributes: new Map(),
    hiddenAttributes: new Map(),
    tags: new Map(),
    forwarded: new Map(),
    scripts: new Map(),
    calls: [],
    failures: [],
    plugin: await load(options.storage),
    async reload(storage, change) {
      host.plugin = await load(storage, change);
      await host.plugin.start();
    },
    leadSays: (lead, content, id = newId()) =>
      tell({ type: 'LeadMessage', id, lead, at: now(), content: contentOf(content) }),
    async botSays(lead, content, { id = newId(), duringTransfer } = {}) {
      const body = contentOf(content);
      const during = duringTransfer === undefined ? {} : { duringTransfer };
      const verdict = await tell({ type: 'BotMessage', id, lead, at: now(), content: body, ...during });
      // By the event's id, not by `duplicate`: the first answer may have been lost in a crash.
      if (verdict.verdict === 'accepted' && !performed.has(`said ${id}`)) {
        performed.add(`said ${id}`);
        host.shown.push({ userId: userIdOf(lead), from: 'bot', text: body.text ?? '' });
      }
      wake();
      return verdict;
    },
    askForOperator: (lead, id = newId()) => tell({ type: 'TransferRequested', id, lead, at: now() }),
    returnToBot: (lead, id = newId()) => tell({ type: 'ReturnRequested', id, lead, at: now() }),
    chat: (lead) =>
      host.shown.filter(({ userId }) => userId === userIdOf(lead)).map(({ from, text }) => `${from}: ${text}`),
    when: (condition) =>
      new Promise((resolve) => {
        waiters.add({ condition, resolve });
        wake();
      }),
  };
  await host.plugin.start();
  return host;

  function wake(): void {
    for (const waiter of waiters) {
      if (!waiter.condition()) continue;
      waiters.delete(waiter);
      waiter.resolve();
    }
  }

  function breakIfAsked(): void {
    const failure = host.failures.shift();
    if (failure) throw failure;
  }

  async function once(id: string, act: () => Promise<void>): Promise<void> {
    host.calls.push(id);
    breakIfAsked();
    if (performed.has(id)) return;
    await act();
    performed.add(id);
    wake();
  }

  function show(lead: LeadRef, delivery: Delivery): void {
    const userId = userIdOf(lead);
    if (delivery.kind === 'notice') {
      host.shown.push({ userId, from: 'notice', text: delivery.text });
      return;
    }
    const operator = delivery.operator === undefined ? {} : { operator: delivery.operator };
    const url = delivery.kind === 'file' ? { url: delivery.attachment.url } : {};
    const sentAt = delivery.sentAt === undefined ? {} : { sentAt: delivery.sentAt };
    host.shown.push({ userId, from: 'operator', text: delivery.text ?? '', ...operator, ...url, ...sentAt });
  }

  async function run(lead: LeadRef, request: ScriptRequest): Promise<void> {
    host.runs.push(request);
    if (!('type' in request.script)) return;
    let step = 0;
    // Ids made from the run's: should this run be repeated, its events are recognised.
    const id = (): string => `${request.id}/${(step += 1)}`;
    await host.scripts.get(request.script.type)?.({
      lead,
      request,
      say: async (text) => {
        await host.botSays(lead, text, { id: id(), duringTransfer: request.duringTransfer });
      },
      transferToOperator: async () => {
        await host.askForOperator(lead, id());
      },
      returnToBot: async () => {
        await host.returnToBot(lead, id());
      },
    });
  }

  async function tell(event: PlatformEvent): Promise<EventVerdict> {
    const [verdict] = await host.plugin.accept([event]);
    if (verdict === undefined) throw new Error('no verdict');
    return verdict;
  }
}

function contentOf(content: string | Content): Content {
  return typeof content === 'string' ? { text: content } : content;
}
