import { createLiveTexPlugin, type LiveTexPlugin } from '../../../plugin/index.ts';
import type { Activity, LiveTexHost, ScriptRequest } from '../../../plugin/contract/host.ts';
import type { EventVerdict, PlatformEvent } from '../../../plugin/contract/events.ts';
import { type LeadRef, userIdOf } from '../../../plugin/contract/lead.ts';
import type { ScriptType } from '../../../plugin/contract/script-types.ts';
import type { Storage } from '../../../plugin/storage/contract.ts';
import { createMemoryStorage } from '../../../plugin/storage/index.ts';
import { beginLife, type Life, mortalStorage } from './life.ts';
import { SIMULATED_KEY, type SimulatedLiveTex, simulateLiveTex } from './simulated-livetex.ts';
import { createTestClock, type TestClock } from '../../support/test-clock.ts';

export const LEADS: readonly LeadRef[] = [
  { botId: 'support', channel: 'telegram', externalId: '1' },
  { botId: 'support', channel: 'viber', externalId: '1' },
];

/** What a lead saw, as `bot: …`, `notice: …`, `operator: …`. */
export interface World {
  readonly clock: TestClock;
  readonly sim: SimulatedLiveTex;
  readonly storage: Storage;
  readonly activities: Activity[];
  /** Texts and links of files whose event was accepted, per user, in the order of the commits. */
  readonly said: Map<string, string[]>;
  readonly shown: Map<string, string[]>;
  readonly forwarded: Map<string, boolean>;
  /** Bot messages where the verdict was not what the committed mode asks for. */
  readonly gateErrors: string[];
  readonly told: PlatformEvent[];
  deaths: number;
  plugin(): Promise<LiveTexPlugin>;
  /** The process dies after so many more steps of its own. */
  die(steps: number): void;
  /** Tells the plugin, again and again over deaths, until it answers. */
  tell(event: PlatformEvent): Promise<EventVerdict>;
  newId(): string;
  /** Posts one waiting webhook; a `keep`ed one stays, to come again. */
  deliver(index: number, keep: boolean): Promise<void>;
  /** Everything arrives, nothing is left to do; timers may fire. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

const SCRIPTS: ReadonlySet<ScriptType> = new Set<ScriptType>([
  'return',
  'no_operators',
  'operator_timeout',
  'transfer',
]);
/** Longer than any lease, retry or timer of these worlds, ms. */
const LONG_MS = 400_000;

export async function startWorld(): Promise<World> {
  const clock = createTestClock();
  const storage = createMemoryStorage({ clock });
  const sim = simulateLiveTex(() => clock.now());
  let life: Life = beginLife();
  let current: LiveTexPlugin | undefined;
  let counter = 0;
  const performed = new Set<string>();

  const world: World = {
    clock,
    sim,
    storage,
    activities: [],
    said: new Map(),
    shown: new Map(),
    forwarded: new Map(),
    gateErrors: [],
    told: [],
    deaths: 0,
    async plugin() {
      if (current === undefined || life.isOver()) {
        if (life.isOver()) world.deaths += 1;
        life = beginLife();
        current = await load(life);
        await current.start();
      }
      return current;
    },
    die: (steps) => life.dieAfter(steps),
    newId: () => `e${(counter += 1)}`,
    async tell(event) {
      world.told.push(event);
      for (;;) {
        const plugin = await world.plugin();
        const answer = await Promise.race([accept(plugin, event), life.death]);
        const verdict = answer?.[0];
        if (verdict === undefined) continue;
        if (verdict.verdict === 'accepted' && 'content' in event) record(event);
        return verdict;
      }
    },
    async deliver(index, keep) {
      const webhook = sim.webhooks[index % Math.max(1, sim.webhooks.length)];
      if (webhook === undefined) return;
      const plugin = await world.plugin();
      const bytes = new TextEncoder().encode(JSON.stringify(webhook.body));
      const answer = await Promise.race([plugin.webhook('main', bytes, {}), life.death]);
      // Anything but 200 is sent again; so is what the process died over.
      if (answer?.status === 200 && !keep) sim.webhooks.splice(sim.webhooks.indexOf(webhook), 1);
    },
    async drain() {
      sim.outage = false;
      sim.troubles.length = 0;
      for (let quiet = 0; quiet < 2;) {
        while (sim.webhooks.length > 0) await world.deliver(0, false);
        await world.plugin();
        await clock.advance(LONG_MS);
        const jobs = (await storage.stats()).reduce((sum, stats) => sum + stats.jobs + stats.timers, 0);
        quiet = jobs === 0 && sim.webhooks.length === 0 ? quiet + 1 : 0;
      }
    },
    async close() {
      await current?.close();
      await storage.close();
    },
  };
  return world;

  /** The platform shares the storage here: gate and mode in one transaction. */
  async function accept(plugin: LiveTexPlugin, event: PlatformEvent): Promise<EventVerdict[]> {
    if (event.type !== 'BotMessage') return plugin.accept([event]);
    return storage.transaction(async (tx) => {
      const { mode } = await plugin.dialog(event.lead, tx);
      const verdicts = await plugin.accept([event], tx);
      const right = mode === 'bot' || event.duringTransfer === true ? 'accepted' : 'suppressed';
      if (verdicts[0]?.duplicate === false && verdicts[0].verdict !== right) world.gateErrors.push(`${mode} ${right}`);
      return verdicts;
    });
  }

  function record(event: Extract<PlatformEvent, { type: 'LeadMessage' | 'BotMessage' }>): void {
    const userId = userIdOf(event.lead);
    const text = event.content.text ?? event.content.attachments?.[0]?.url ?? '';
    const said = world.said.get(userId) ?? [];
    if (said.includes(text)) return;
    world.said.set(userId, [...said, text]);
    if (event.type === 'BotMessage') show(userId, `bot: ${text}`);
  }

  function show(userId: string, line: string): void {
    world.shown.set(userId, [...(world.shown.get(userId) ?? []), line]);
  }

  function load(ofLife: Life): Promise<LiveTexPlugin> {
    const once = (id: string, act: () => Promise<void> | void) =>
      ofLife.guard(async () => {
        if (performed.has(id)) return;
        await act();
        performed.add(id);
      });
    const host: LiveTexHost = {
      clock,
      attributes: { get: () => ofLife.guard(async () => ({ name: 'Лид', attributes: {} })) },
      hasScript: (_, script) => ofLife.guard(async () => 'type' in script && SCRIPTS.has(script.type)),
      runScript: (lead, request) => once(request.id, () => run(lead, request)),
      deliver: (lead, delivery) =>
        once(delivery.id, () =>
          show(userIdOf(lead), `${delivery.kind === 'notice' ? 'notice' : 'operator'}: ${delivery.text ?? ''}`),
        ),
      setForwarded: (lead, { id, forwarded }) => once(id, () => void world.forwarded.set(userIdOf(lead), forwarded)),
      observe: (activity) => world.activities.push(activity),
    };
    return createLiveTexPlugin({
      bindings: [
        {
          token: 't',
          botMessageHeader: '',
          leadMessageHeader: '',
          requestTimeoutMs: 1_000,
          pickupTimeout: 300,
          replyTimeout: 300,
          safetyNet: { scriptErrors: 2 },
          exit: { phrases: ['бот'] },
          maxInFlight: 2,
          webhook: { publicUrl: 'https://bot.example.com', key: SIMULATED_KEY },
        },
      ],
      storage: mortalStorage(storage, ofLife),
      host,
      createClient: sim.client(ofLife),
      random: () => 0.5,
    });
  }

  /**
   * Each script says one thing; the one that an operator called with /bot returns the dialog, the one that was called with
   * /operator asks for an operator, and so does the one for "no operators", which may not run for ever by that.
   */
  async function run(lead: LeadRef, request: ScriptRequest): Promise<void> {
    const common = { lead, at: clock.now() };
    const text = `скрипт ${request.id}`;
    const during = request.duringTransfer ? { duringTransfer: true } : {};
    await world.tell({ type: 'BotMessage', id: `${request.id}/1`, content: { text }, ...during, ...common });
    const type = 'type' in request.script ? request.script.type : undefined;
    if (request.cause === 'operator_command' && type === 'return') {
      await world.tell({ type: 'ReturnRequested', id: `${request.id}/2`, ...common });
    } else if (type === 'transfer' || type === 'no_operators') {
      await world.tell({ type: 'TransferRequested', id: `${request.id}/2`, ...common });
    }
  }
}
