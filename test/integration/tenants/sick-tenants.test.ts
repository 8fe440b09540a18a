import { expect, onTestFinished, test } from 'vitest';
import { createLiveTexPlugin } from '../../../plugin/index.ts';
import { realClock } from '../../support/test-clock.ts';
import { healthy, leadOfTenant, sick, startTenants, type TenantStand } from './three-hundred.ts';

/** Leads of each sick tenant: with 8 requests at one time for each of 50, far more than there are places in all. */
const LEADS = 12;
const LONG = 120_000;

async function say({ plugin }: TenantStand, tenant: number, lead = 0): Promise<void> {
  const event = { type: 'LeadMessage', id: `m${lead}`, lead: leadOfTenant(tenant, lead), at: 1 } as const;
  await plugin.accept([{ ...event, content: { text: 'Здравствуйте' } }]);
}

async function askForOperator({ plugin }: TenantStand, tenant: number, lead = 0): Promise<void> {
  await plugin.accept([{ type: 'TransferRequested', id: `t${lead}`, lead: leadOfTenant(tenant, lead), at: 1 }]);
}

async function forSick(act: (tenant: number, lead: number) => Promise<void>): Promise<void> {
  for (let lead = 0; lead < LEADS; lead += 1) await Promise.all(sick.map((tenant) => act(tenant, lead)));
}

test(
  '50 of 300 accounts at LiveTex hang: what the 250 others say goes through while none of these has been given up',
  async () => {
    const stand = await startTenants('livetex');
    await forSick((tenant, lead) => say(stand, tenant, lead));
    await stand.requests.all(sick.map((tenant) => `${tenant} sendText`));
    await Promise.all(healthy.map((tenant) => say(stand, tenant)));
    await stand.requests.all(healthy.map((tenant) => `${tenant} sendText`));
    expect(stand.givenUp()).toBe(0);
    // Each has its own share: 256 places for all together, and one more for each that had none.
    expect(stand.hanging()).toBeLessThanOrEqual(256 + 50);

    stand.recover();
    await stand.plugin.idle();
    const counts = sick.map((tenant) => stand.requests.counts.get(`${tenant} sendText`));
    expect(new Set(counts)).toEqual(new Set([LEADS]));
  },
  LONG,
);

test(
  'their leads ask for operators, which nobody answers: the transfers of the others are decided meanwhile',
  async () => {
    const stand = await startTenants('livetex');
    await forSick((tenant, lead) => askForOperator(stand, tenant, lead));
    await stand.requests.all(sick.map((tenant) => `${tenant} getDestinations`));
    await Promise.all(healthy.map((tenant) => askForOperator(stand, tenant)));
    await stand.calls.all(healthy.map((tenant) => `${tenant} runScript`));
    expect(stand.givenUp()).toBe(0);
    // Whoever asks at one moment shares one request.
    expect(stand.hanging()).toBe(sick.length);
  },
  LONG,
);

test(
  'the platform hangs for 50 of 300 bots: the others are told meanwhile, and the 50 when it is well again, each once',
  async () => {
    const stand = await startTenants('host');
    await forSick((tenant, lead) => askForOperator(stand, tenant, lead));
    await stand.calls.all(sick.map((tenant) => `${tenant} runScript`));
    await Promise.all(healthy.map((tenant) => askForOperator(stand, tenant)));
    await stand.calls.all(healthy.map((tenant) => `${tenant} runScript`));
    // None was called again after its deadline.
    for (const tenant of sick) expect(stand.calls.counts.get(`${tenant} runScript`)).toBeLessThanOrEqual(LEADS);
    stand.recover();
    const all = sick.flatMap((tenant) => Array.from({ length: LEADS }, (_, lead) => `${tenant} runScript ${lead}`));
    await stand.calls.all(all);
    for (const what of all) expect([what, stand.calls.counts.get(what)]).toEqual([what, 1]);
  },
  LONG,
);

test('300 idle bindings have no more timers than one has', async () => {
  const timersOf = async (bindings: number): Promise<number> => {
    const set = new Set<object>();
    const clock = {
      now: () => realClock.now(),
      after(ms: number, act: () => void) {
        const timer = {};
        set.add(timer);
        const cancel = realClock.after(ms, () => {
          set.delete(timer);
          act();
        });
        return () => {
          set.delete(timer);
          cancel();
        };
      },
    };
    const plugin = await createLiveTexPlugin({
      storage: 'memory:',
      bindings: Array.from({ length: bindings }, (_, number) => ({
        id: `t${number}`,
        token: `token-${number}`,
        bots: [`bot${number}`],
        webhook: { publicUrl: 'https://bot.example.com', key: 'a-key-of-some-length' },
      })),
      host: {
        attributes: { get: async () => ({ attributes: {} }) },
        hasScript: async () => false,
        runScript: async () => {},
        deliver: async () => {},
        setForwarded: async () => {},
        clock,
      },
    });
    onTestFinished(() => plugin.close());
    await plugin.start();
    await plugin.idle();
    return set.size;
  };
  const one = await timersOf(1);
  expect(one).toBeGreaterThan(0);
  expect(await timersOf(300)).toBe(one);
});
