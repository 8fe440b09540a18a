import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { userIdOf } from '../../../plugin/contract/lead.ts';
import { LEADS, startWorld, type World } from './dialog-world.ts';
import { CLOCK_AHEAD_MS } from './simulated-livetex.ts';

/** One thing that happens to the world. */
type Step =
  | {
      readonly do: 'say' | 'file' | 'bot' | 'ask' | 'leave' | 'exit' | 'return' | 'close' | 'hold' | 'echo' | 'stumble';
      readonly lead: number;
    }
  | { readonly do: 'read' | 'reply'; readonly lead: number; readonly employee: number }
  | { readonly do: 'command'; readonly lead: number; readonly text: string }
  | { readonly do: 'repeat'; readonly which: number }
  | { readonly do: 'deliver'; readonly which: number; readonly keep: boolean }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'trouble'; readonly trouble: 'down' | 'lost' | 'refused' | 'forbidden' }
  | { readonly do: 'outage' | 'online'; readonly on: boolean }
  | { readonly do: 'die'; readonly steps: number };

const EMPLOYEES = [
  { employee_id: 'a', first_name: 'Анна' },
  { employee_id: 'b', first_name: 'Борис' },
];

const lead = fc.nat(LEADS.length - 1);
const employee = fc.nat(EMPLOYEES.length - 1);
const DOES = [
  'say',
  'say',
  'file',
  'bot',
  'ask',
  'ask',
  'leave',
  'exit',
  'return',
  'close',
  'hold',
  'echo',
  'stumble',
] as const;
const ordinary: Array<{ weight: number; arbitrary: fc.Arbitrary<Step> }> = [
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom(...DOES), lead }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('read', 'reply'), lead, employee }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('command'), lead, text: fc.constantFrom('/bot', '/operator') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('repeat'), which: fc.nat(50) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('deliver'), which: fc.nat(20), keep: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('advance'), ms: fc.constantFrom(1, 10, 1_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('advance'), ms: fc.constantFrom(130_000, 310_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('online'), on: fc.boolean() }) },
];
const trouble = fc.constantFrom('down', 'lost', 'lost', 'refused', 'forbidden');
const troubled: typeof ordinary = [
  ...ordinary,
  { weight: 2, arbitrary: fc.record({ do: fc.constant('trouble'), trouble }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('outage'), on: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('die'), steps: fc.nat(20) }) },
];
/** Most steps are seen through before the next one, some are overtaken. */
const story = (kinds: typeof ordinary) =>
  fc.array(fc.record({ step: fc.oneof(...kinds), settle: fc.nat(2).map((n) => n > 0) }), {
    minLength: 10,
    maxLength: 60,
    size: 'max',
  });
type Story = ReadonlyArray<{ readonly step: Step; readonly settle: boolean }>;

describe('random interleavings of a dialog', () => {
  it(
    'lose nothing, double nothing but what was in flight, keep every order, and keep the bot silent',
    async () => {
      await fc.assert(
        fc.asyncProperty(story(troubled), async (steps) => {
          const world = await startWorld();
          const replies = await play(world, steps);
          await world.drain();
          for (const ref of LEADS) {
            const userId = userIdOf(ref);
            checkMirror(world, userId);
            checkNotices(world, userId);
            checkReplies(world, userId, replies);
          }
          expect(world.gateErrors).toEqual([]);
          expect(world.sim.maxInFlight).toBeLessThanOrEqual(2 * (world.deaths + 1));
          expect((await world.storage.stats()).every(({ dead }) => dead === 0)).toBe(true);
          await checkReturn(world);
          await world.close();
        }),
        { numRuns: RUNS },
      );
    },
    LONG_TEST_MS,
  );

  it(
    'without crashes: what LiveTex stamped before a transfer never ends it',
    async () => {
      expect.hasAssertions();
      await fc.assert(
        fc.asyncProperty(story(ordinary), async (steps) => {
          const world = await startWorld();
          await play(world, steps);
          await world.drain();
          for (const ref of LEADS) checkEnds(world, userIdOf(ref));
          await world.close();
        }),
        { numRuns: RUNS },
      );
    },
    LONG_TEST_MS,
  );
});

/** A few seconds of both on a quiet machine; `PROPERTY_RUNS` for a long search. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 60);
/** Only ends a hang. */
const LONG_TEST_MS = 600_000;
/** When each Closed was stamped, by LiveTex's clock, per user. */
const closings = new WeakMap<World, Array<{ userId: string; at: number }>>();

async function play(world: World, steps: Story): Promise<Map<string, string[]>> {
  const replies = new Map<string, string[]>();
  closings.set(world, []);
  let counter = 0;
  await world.plugin();
  for (const { step, settle } of steps) {
    await take(step);
    if (settle) await world.clock.advance(0);
  }
  return replies;

  async function take(step: Step): Promise<void> {
    const { sim } = world;
    const ref = LEADS['lead' in step ? step.lead : 0] ?? LEADS[0];
    if (ref === undefined) return;
    const userId = userIdOf(ref);
    const common = { id: world.newId(), lead: ref, at: world.clock.now() };
    const text = `${step.do} ${(counter += 1)}`;
    switch (step.do) {
      case 'say':
        await world.tell({ type: 'LeadMessage', content: { text }, ...common });
        return;
      case 'file': {
        const attachments = [{ type: 'file', url: `https://example.com/${counter}` } as const];
        await world.tell({ type: 'LeadMessage', content: { attachments }, ...common });
        return;
      }
      case 'bot':
        await world.tell({ type: 'BotMessage', content: { text }, ...common });
        return;
      case 'ask':
        await world.tell({ type: 'TransferRequested', ...common });
        return;
      case 'leave':
        await world.tell({ type: 'LeaveMessageRequested', ...common });
        return;
      case 'exit':
        // Each another text, which is the same phrase all the same.
        await world.tell({ type: 'LeadMessage', content: { text: `бот${'.'.repeat(counter)}` }, ...common });
        return;
      case 'stumble':
        await world.tell({ type: 'BotStumbled', kind: 'script_error', ...common });
        return;
      case 'return':
        await world.tell({ type: 'ReturnRequested', ...common });
        return;
      case 'repeat': {
        const event = world.told[step.which % Math.max(1, world.told.length)];
        if (event) expect(await world.tell(event)).toMatchObject({ duplicate: true });
        return;
      }
      case 'deliver':
        return world.deliver(step.which, step.keep);
      case 'advance':
        return world.clock.advance(step.ms);
      case 'trouble':
        sim.troubles.push(step.trouble);
        return;
      case 'outage':
        sim.outage = step.on;
        return;
      case 'online':
        sim.online = step.on;
        return;
      case 'die':
        world.die(step.steps);
        return;
    }
    // What is left is done by operators and LiveTex, and needs a dialog that they see.
    if (!sim.selected.has(userId)) return;
    switch (step.do) {
      case 'read':
        sim.post('MessageDelivered', userId, { message_id: 'm', employee: EMPLOYEES[step.employee] });
        return;
      case 'reply':
        replies.set(userId, [...(replies.get(userId) ?? []), text]);
        sim.post('TextMessage', userId, { employee: EMPLOYEES[step.employee], text });
        return;
      case 'command':
        sim.post('TextMessage', userId, { employee: EMPLOYEES[0], text: step.text });
        return;
      case 'hold':
        sim.post('HoldMessage', userId, { text });
        return;
      case 'echo':
        sim.post('TextMessage', userId, { employee: EMPLOYEES[0], text, from: 'User' });
        return;
      case 'close':
        sim.selected.delete(userId);
        closings.get(world)?.push({ userId, at: sim.now() });
        sim.post('Closed', userId, { employee: EMPLOYEES[0] });
    }
  }
}

/** Every accepted message is at LiveTex, in the order of acceptance; copies stand directly behind their original. */
function checkMirror(world: World, userId: string): void {
  // The operator's line that the client is gone is nobody's message.
  const arrived = (world.sim.texts.get(userId) ?? []).filter((text) => !text.endsWith('отвечает бот'));
  const collapsed = arrived.filter((text, index) => text !== arrived[index - 1]);
  expect(collapsed).toEqual(world.said.get(userId) ?? []);
  const copies = arrived.length - collapsed.length;
  expect(copies).toBeLessThanOrEqual(world.sim.lost + world.deaths);
}

/** One notice per transition, and the flag says what the mode is. */
function checkNotices(world: World, userId: string): void {
  const notices = (world.shown.get(userId) ?? []).filter((line) => line.startsWith('notice: '));
  const modes = world.activities.filter((activity) => activity.kind === 'mode' && activity.userId === userId);
  const count = (cause: string, to: string): number =>
    modes.filter((activity) => activity.kind === 'mode' && activity.cause === cause && activity.to === to).length;
  const transferred = notices.filter((line) => line === 'notice: Диалог переведён на оператора').length;
  const accepted = modes.filter(
    (activity) => activity.kind === 'mode' && activity.from === 'transferring' && activity.to !== 'bot',
  );
  expect(transferred).toBe(accepted.length);
  const returned = notices.filter((line) => line === 'notice: Оператор вернул диалог боту').length;
  expect(returned).toBe(count('closed', 'bot'));
  // The same operator is never announced twice in a row, nor the same transition, but by a start of their own or of a left message.
  const again = notices.filter((line, index) => line !== TRANSFERRED && line === notices[index - 1]);
  expect(again.filter((line) => !line.includes('подключился'))).toEqual([]);
  const opened = modes.filter(
    (activity) => activity.kind === 'mode' && activity.from === 'bot' && activity.to === 'operator',
  );
  expect(again.length).toBeLessThanOrEqual(opened.length);
}

const TRANSFERRED = 'notice: Диалог переведён на оператора';

/** Each text that an operator wrote is shown once, whenever its webhook came; our own echo and commands are never shown. */
function checkReplies(world: World, userId: string, replies: ReadonlyMap<string, string[]>): void {
  const fromOperators = (world.shown.get(userId) ?? []).filter((line) => line.startsWith('operator: '));
  const shown = fromOperators.filter((line) => !line.startsWith('operator: hold'));
  expect(shown.toSorted()).toEqual((replies.get(userId) ?? []).map((text) => `operator: ${text}`).toSorted());
}

/** Every dialog can reach mode bot again, and then the bot speaks. */
async function checkReturn(world: World): Promise<void> {
  for (const ref of LEADS) {
    const common = { lead: ref, at: world.clock.now() };
    await world.tell({ type: 'ReturnRequested', id: world.newId(), ...common });
    await world.drain();
    const plugin = await world.plugin();
    expect(await plugin.dialog(ref)).toMatchObject({ mode: 'bot', forwarded: false, operator: null });
    expect(world.forwarded.get(userIdOf(ref)) ?? false).toBe(false);
    const said = await world.tell({ type: 'BotMessage', id: world.newId(), content: { text: 'конец' }, ...common });
    expect(said.verdict).toBe('accepted');
  }
}

/** A transfer that "closed" ended has a Closed stamped no earlier than its own decision (all in LiveTex's time). */
function checkEnds(world: World, userId: string): void {
  const began = new Map<number, number>();
  let clockKnown = false;
  for (const activity of world.activities) {
    if (activity.kind === 'livetex_request' && activity.method === 'sendText') clockKnown = true;
    if (activity.kind !== 'mode' || activity.userId !== userId) continue;
    if (activity.to === 'transferring' && clockKnown) began.set(activity.transfer, activity.at + CLOCK_AHEAD_MS);
    if (activity.cause !== 'closed') continue;
    const notBefore = began.get(activity.transfer) ?? 0;
    const stamps = (closings.get(world) ?? []).filter((closing) => closing.userId === userId);
    // Two clocks in whole milliseconds: two of them cannot be told apart.
    expect(stamps.some(({ at }) => at >= notBefore - 2)).toBe(true);
  }
}
