import { describe, expect, it } from 'vitest';
import type { LeadRef } from '../../../plugin/contract/lead.ts';
import { userIdOf } from '../../../plugin/contract/lead.ts';
import { createMemoryStorage, systemClock } from '../../../plugin/storage/index.ts';
import { countingClient } from './counting-client.ts';
import { type Desk, type DeskOptions, startDesk } from '../../support/desk.ts';
import { LEAD } from '../../support/minimal-host.ts';
import { createTestClock, type TestClock } from '../../support/test-clock.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Two seconds of work on a quiet machine. */
const LONG_TEST_MS = 180_000;

/** What `ready()` answers when the desk's one binding has nothing wrong. */
const READY = { ready: true, reasons: [], bindings: { main: { ready: true, reasons: [] } } };

/** A desk on a clock of its own. Long jumps of it go from one piece of work to the next, so that HTTP keeps up. */
async function startSlowDesk(options: DeskOptions = {}) {
  const clock = createTestClock();
  const storage = createMemoryStorage({ clock });
  const desk = await startDesk({ ...options, clock, storage, emulator: { clock, ...options.emulator } });
  return { desk, clock, storage };
}

async function pass(desk: Desk, clock: TestClock, ms: number): Promise<void> {
  const end = clock.now() + ms;
  await desk.host.plugin.idle();
  while (clock.now() < end) {
    const times = desk.host.plugin.queues.map((queue) => desk.host.plugin.storage.nextWork(queue));
    const next = Math.min(end, ...(await Promise.all(times)).map((work) => work?.at ?? end));
    await clock.advance(Math.max(1, next - clock.now()));
    await desk.host.plugin.idle();
  }
}

describe('LiveTex in trouble', () => {
  it(
    '23 hours of 503, then 200: everything arrives, in order, without a rush',
    async () => {
      const client = countingClient();
      const { desk, clock } = await startSlowDesk({
        createClient: (options) => client.create(options),
        random: () => 0.9,
      });
      await using _ = desk;
      const { host, emulator } = desk;
      const leads = Array.from({ length: 12 }, (_unused, index): LeadRef => ({ ...LEAD, externalId: `${index}` }));
      const outage = emulator.faults.add({ kind: 'status', status: 503 });
      for (const round of [0, 1, 2]) {
        for (const lead of leads) await host.leadSays(lead, `сообщение ${round}`);
        await pass(desk, clock, round < 2 ? 10 * HOUR_MS : 3 * HOUR_MS);
      }
      expect(emulator.dialogs.list()).toEqual([]);
      const tries = emulator.requests.count('sendText');
      outage();
      await pass(desk, clock, 6 * MINUTE_MS);
      for (const lead of leads) {
        const texts = emulator.dialogs.get(userIdOf(lead))?.messages.map(({ text }) => text);
        expect(texts).toEqual([0, 1, 2].map((round) => `👤 Пользователь\nсообщение ${round}`));
      }
      expect(emulator.requests.count('sendText')).toBe(tries + 3 * leads.length);
      expect(client.inFlight.max).toBeLessThanOrEqual(8);
      // At most one try per lead in five minutes, once the waits have grown.
      expect(tries).toBeLessThan((leads.length * 23 * HOUR_MS) / (4 * MINUTE_MS) + leads.length * 20);
    },
    LONG_TEST_MS,
  );

  it('a refused token pauses the binding, shows in ready(), loses nothing and mends by itself', async () => {
    const { desk, clock } = await startSlowDesk();
    await using _ = desk;
    const { host, emulator } = desk;
    expect(await host.plugin.ready()).toEqual(READY);
    const wrong = emulator.faults.add({ kind: 'token' });
    for (let index = 0; index < 30; index += 1) await host.leadSays({ ...LEAD, externalId: `${index}` }, 'Привет');
    await pass(desk, clock, 10 * MINUTE_MS);
    const ready = await host.plugin.ready();
    expect(ready.ready).toBe(false);
    expect(ready.reasons.join()).toContain('LiveTex binding "main": LiveTex refuses the token');
    expect(ready.reasons.join()).not.toContain(emulator.token);
    // The first eight, then one each half minute.
    expect(emulator.requests.count('sendText')).toBeLessThanOrEqual(8 + 21);
    wrong();
    await pass(desk, clock, MINUTE_MS);
    expect(emulator.dialogs.list()).toHaveLength(30);
    expect(await host.plugin.ready()).toEqual(READY);
    expect((await host.plugin.storage.stats()).every(({ dead }) => dead === 0)).toBe(true);
  });

  it('a wrong token shows in ready() before anybody has written; an outage does not', async () => {
    await using desk = await startDesk();
    const wrong = desk.emulator.faults.add({ kind: 'token' });
    await using other = await startDesk();
    await desk.host.reload('memory:');
    const problem =
      'LiveTex refuses the token of binding "main" (HTTP 401): copy the access key of the touch point anew';
    expect(await desk.host.plugin.ready()).toEqual({
      ready: false,
      reasons: [`LiveTex binding "main": ${problem}`],
      bindings: { main: { ready: false, reasons: [problem] } },
    });
    wrong();
    other.emulator.faults.add({ kind: 'status', status: 503 });
    await other.host.reload('memory:');
    expect(await other.host.plugin.ready()).toEqual(READY);
  });

  it('a queue held back by a wrong token goes on at once when the plugin starts again with the right one', async () => {
    const storage = createMemoryStorage({ clock: systemClock });
    await using desk = await startDesk({ storage });
    const { host, emulator } = desk;
    const wrong = emulator.faults.add({ kind: 'token' });
    for (const text of ['раз', 'два']) await host.leadSays(LEAD, text);
    const pause = () => storage.read((tx) => tx.getPause('livetex:main'));
    await expect.poll(pause).toMatchObject({ reason: expect.stringMatching(/^livetex_token_refused@\w+$/) });
    wrong();
    await host.reload(storage);
    await expect.poll(() => emulator.dialogs.get(desk.userId)?.messages.length).toBe(2);
    expect(await pause()).toBeUndefined();
  });

  it('a pause that LiveTex asked for stays in force over a restart', async () => {
    const storage = createMemoryStorage({ clock: systemClock });
    await using desk = await startDesk({ storage });
    const paused = { until: Date.now() + HOUR_MS, reason: 'livetex_rate_limited' };
    await storage.transaction((tx) => tx.setPause('livetex:main', paused));
    await desk.host.reload(storage);
    expect(await storage.read((tx) => tx.getPause('livetex:main'))).toEqual(paused);
  });

  it('a queue that another node holds back shows in ready(); a pause that LiveTex asked for does not', async () => {
    const { desk, clock, storage } = await startSlowDesk();
    await using _ = desk;
    const hold = async (reason: string): Promise<void> =>
      storage.transaction((tx) => tx.setPause('livetex:main', { until: clock.now() + HOUR_MS, reason }));
    await hold('livetex_token_refused');
    const problem = 'its queue is paused: livetex_token_refused';
    expect(await desk.host.plugin.ready()).toEqual({
      ready: false,
      reasons: [`LiveTex binding "main": ${problem}`],
      bindings: { main: { ready: false, reasons: [problem] } },
    });
    await hold('livetex_rate_limited');
    expect(await desk.host.plugin.ready()).toEqual(READY);
  });

  it('a message refused for good is put aside, and the next ones go on', async () => {
    await using desk = await startDesk();
    const { host, emulator } = desk;
    emulator.faults.add({ kind: 'status', status: 400, code: 9, methods: ['sendText'], times: 1 });
    await host.leadSays(LEAD, 'негодное');
    await host.leadSays(LEAD, 'годное');
    await desk.settle();
    expect(desk.dialog().messages.map(({ text }) => text)).toEqual(['👤 Пользователь\nгодное']);
    const [dead] = await host.plugin.storage.listDead({ limit: 10 });
    expect(dead).toMatchObject({
      kind: 'sendText',
      lane: desk.userId,
      lastError: expect.stringContaining('livetex_refused'),
    });
    const metrics = await host.plugin.metrics();
    expect(metrics.find(({ name }) => name === 'livetex_queue_dead')?.samples).toContainEqual({
      labels: { queue: 'livetex:main' },
      value: 1,
    });
    expect(JSON.stringify(metrics)).not.toContain(LEAD.externalId.padStart(3, ':'));
  });

  it('an account without sendFile gets files as texts, and nothing stands still', async () => {
    const { desk, clock } = await startSlowDesk();
    await using _ = desk;
    const { host, emulator } = desk;
    emulator.faults.add({ kind: 'status', status: 403, code: 8, methods: ['sendFile'] });
    await host.leadSays(LEAD, { attachments: [{ type: 'file', url: 'https://example.com/1.pdf' }] });
    await host.leadSays(LEAD, 'после файла');
    await pass(desk, clock, 1_000);
    const texts = desk.dialog().messages.map(({ text }) => text);
    expect(texts).toEqual(['👤 Пользователь\nhttps://example.com/1.pdf', '👤 Пользователь\nпосле файла']);
    expect(await host.plugin.ready()).toEqual(READY);
  });

  it.each([500, 502, 503, 504])(
    'a file that LiveTex fails on again and again (%s) goes as a text, and holds up nothing behind it, a transfer neither',
    async (status) => {
      const { desk, clock } = await startSlowDesk({ random: () => 0 });
      await using _ = desk;
      const { host, emulator } = desk;
      emulator.faults.add({ kind: 'status', status, methods: ['sendFile'] });
      await host.leadSays(LEAD, { attachments: [{ type: 'image', url: 'https://example.com/1.jpg' }] });
      await host.leadSays(LEAD, 'после файла');
      await host.askForOperator(LEAD);
      await pass(desk, clock, 2 * MINUTE_MS);
      const texts = desk.dialog().messages.map(({ text }) => text);
      expect(texts).toEqual(['👤 Пользователь\nhttps://example.com/1.jpg', '👤 Пользователь\nпосле файла']);
      expect(emulator.requests.list('sendFile')).toHaveLength(4);
      expect((await host.plugin.dialog(LEAD)).mode).toBe('waiting');
    },
  );

  it('a refused file whose text needs several messages goes on where it was: none of them twice', async () => {
    const { desk, clock } = await startSlowDesk({ binding: { maxTextLength: 100 }, random: () => 0 });
    await using _ = desk;
    const { host, emulator } = desk;
    emulator.faults.add({ kind: 'status', status: 400, code: 9, methods: ['sendFile'] });
    const url = `https://example.com/${'a'.repeat(130)}`;
    // Behind each of the first two parts LiveTex fails once.
    let failures = 0;
    emulator.onChange(() => {
      const sent = emulator.dialogs.get(desk.userId)?.messages.length ?? 0;
      if (sent !== failures + 1 || failures === 2) return;
      failures += 1;
      emulator.faults.add({ kind: 'status', status: 503, methods: ['sendText'], times: 1 });
    });
    await host.leadSays(LEAD, { text: 'Договор', attachments: [{ type: 'file', url }] });
    await host.leadSays(LEAD, 'после файла');
    await pass(desk, clock, MINUTE_MS);
    const texts = desk.dialog().messages.map((message) => message.text ?? '');
    expect(texts).toHaveLength(4);
    const header = '👤 Пользователь\n';
    for (const text of texts) expect(text.startsWith(header)).toBe(true);
    const parts = texts.slice(0, 3).map((text) => text.slice(header.length));
    expect(parts.join('')).toBe(`Договор\n${url}`);
    expect(texts[3]).toBe('👤 Пользователь\nпосле файла');
    expect(emulator.requests.list('sendText').filter(({ status }) => status === 503)).toHaveLength(2);
  });

  it('LiveTex asks to slow down: the binding waits as long as asked', async () => {
    const { desk, clock } = await startSlowDesk();
    await using _ = desk;
    desk.emulator.faults.add({ kind: 'status', status: 429, retryAfter: '60', methods: ['sendText'], times: 1 });
    await desk.host.leadSays(LEAD, 'Привет');
    await pass(desk, clock, 59_000);
    expect(desk.emulator.requests.count('sendText')).toBe(1);
    expect(await desk.host.plugin.ready()).toEqual(READY);
    await pass(desk, clock, 2_000);
    expect(desk.emulator.requests.count('sendText')).toBe(2);
  });

  it.each([
    ['an answer that is not JSON', { kind: 'html', times: 2 } as const],
    ['a cut connection', { kind: 'reset', when: 'before', times: 2 } as const],
    ['success: false on HTTP 200', { kind: 'status', status: 200, code: 7, times: 2 } as const],
  ])('%s is tried again', async (_, fault) => {
    const { desk, clock } = await startSlowDesk();
    await using _desk = desk;
    desk.emulator.faults.add({ ...fault, methods: ['sendText'] });
    await desk.host.leadSays(LEAD, 'Привет');
    await pass(desk, clock, MINUTE_MS);
    expect(desk.dialog().messages).toHaveLength(1);
  });
});

describe('a transfer in trouble', () => {
  it.each([400, 401, 403])('refused with %d: back to the bot with the script for it', async (status) => {
    const { desk, clock } = await startSlowDesk();
    await using _ = desk;
    const { host, emulator } = desk;
    host.scripts.set('no_operators', ({ say }) => say('Сейчас не получилось'));
    emulator.faults.add({ kind: 'status', status, methods: ['selectDestination'] });
    await desk.toWaiting();
    await pass(desk, clock, MINUTE_MS);
    expect(host.chat(LEAD)).toEqual(['bot: Сейчас не получилось']);
    expect(host.runs).toMatchObject([{ cause: 'transfer_failed', script: { type: 'no_operators' } }]);
    expect(host.log).toMatchObject([
      { level: 'error', text: expect.stringContaining('Перевод на оператора не удался: livetex_') },
    ]);
    expect(await host.plugin.dialog(LEAD)).toMatchObject({ mode: 'bot', forwarded: false });
  });

  it('not accepted within transferTimeout: back to the bot, and what was retrying hands over nothing later', async () => {
    const { desk, clock } = await startSlowDesk({ binding: { transferTimeout: 120 } });
    await using _ = desk;
    const { host, emulator } = desk;
    const outage = emulator.faults.add({ kind: 'status', status: 503, methods: ['selectDestination'] });
    await desk.toWaiting();
    await pass(desk, clock, 119_000);
    expect(await host.plugin.dialog(LEAD)).toMatchObject({ mode: 'transferring' });
    expect(await host.botSays(LEAD, 'Я бот')).toMatchObject({ verdict: 'suppressed' });
    await pass(desk, clock, 2_000);
    expect(await host.plugin.dialog(LEAD)).toMatchObject({ mode: 'bot' });
    outage();
    await pass(desk, clock, 10 * MINUTE_MS);
    expect(desk.dialog()).toMatchObject({ state: 'stored', selections: 0 });
    expect(host.shown.filter(({ from }) => from === 'notice')).toEqual([]);
  });

  it('LiveTex away and no answer known: as with no operators, and the log says why', async () => {
    await using desk = await startDesk();
    const { host, emulator } = desk;
    host.scripts.set('no_operators', ({ say }) => say('Оставьте телефон'));
    emulator.faults.add({ kind: 'status', status: 503 });
    await host.askForOperator(LEAD);
    await host.when(() => host.runs.length > 0);
    expect(host.log).toMatchObject([{ level: 'warn', text: expect.stringContaining('HTTP 503') }]);
  });

  it('LiveTex forgets the selection: it is sent again with what is known of the lead now', async () => {
    await using desk = await startDesk();
    const { host, emulator, userId } = desk;
    host.attributes.set(userId, { номер_заявки: 705 });
    await desk.toOperator();
    host.attributes.set(userId, { номер_заявки: 706 });
    const [group] = emulator.groups.list();
    emulator.webhooks.send({
      type: 'SelectDestination',
      user_id: userId,
      destinations: [{ destination_type: 'Department', destination_id: group?.id }],
    });
    await desk.settle();
    const bodies = emulator.requests.list('selectDestination').map(({ body }) => body);
    expect(bodies).toHaveLength(2);
    expect(bodies[1]).toEqual({ ...(bodies[0] as object), attributes: { Канал: 'telegram', номер_заявки: '706' } });
    expect(host.chat(LEAD).filter((line) => line.includes('переведён'))).toHaveLength(1);
  });

  it('a selection that is sent again waits for the right token: an operator may be talking', async () => {
    const { desk, clock } = await startSlowDesk();
    await using _ = desk;
    const { host, emulator, userId } = desk;
    await desk.toOperator();
    // An event of the very moment in which LiveTex accepted would be answered already.
    await clock.advance(1);
    const wrong = emulator.faults.add({ kind: 'token' });
    emulator.webhooks.send({ type: 'SelectDestination', user_id: userId, destinations: [] });
    await emulator.webhooks.idle();
    await pass(desk, clock, 10 * MINUTE_MS);
    expect(await host.plugin.dialog(LEAD)).toMatchObject({ mode: 'operator' });
    expect(emulator.requests.list('selectDestination').at(-1)?.status).toBe(401);
    wrong();
    await pass(desk, clock, MINUTE_MS);
    expect(emulator.requests.list('selectDestination').at(-1)?.status).toBe(200);
    expect(await host.plugin.dialog(LEAD)).toMatchObject({ mode: 'operator', transfer: 1 });
  });

  it('LiveTex asks late and refuses to select twice: the operator keeps the dialog', async () => {
    await using desk = await startDesk();
    const { host, emulator, userId } = desk;
    await desk.toOperator();
    emulator.faults.add({ kind: 'status', status: 400, code: 9, methods: ['selectDestination'] });
    emulator.webhooks.send({ type: 'SelectDestination', user_id: userId, destinations: [] });
    await host.when(() => host.log.some(({ text }) => text.includes('повторный выбор')));
    expect(await host.plugin.dialog(LEAD)).toMatchObject({ mode: 'operator', transfer: 1 });
    expect(await host.botSays(LEAD, 'Я бот')).toMatchObject({ verdict: 'suppressed' });
  });

  it(
    'a repeated selection that fails for about 23 hours of tries is given up and told, so that LiveTex may ask once more',
    { timeout: LONG_TEST_MS },
    async () => {
      // Each wait as long as it is on average.
      const { desk, clock } = await startSlowDesk({ random: () => 0.5 });
      await using _ = desk;
      const { host, emulator, userId } = desk;
      await desk.toOperator();
      await clock.advance(1);
      const outage = emulator.faults.add({ kind: 'status', status: 503, methods: ['selectDestination'] });
      const ask = async (): Promise<void> => {
        emulator.webhooks.send({ type: 'SelectDestination', user_id: userId, destinations: [] });
        await emulator.webhooks.idle();
      };
      await ask();
      await pass(desk, clock, 23 * HOUR_MS + 10 * MINUTE_MS);
      expect(host.log.map(({ text }) => text).join()).toContain('повторный выбор');
      expect(await host.plugin.storage.listDead({ limit: 1 })).toEqual([]);
      outage();
      await ask();
      await pass(desk, clock, MINUTE_MS);
      expect(emulator.requests.list('selectDestination').at(-1)?.status).toBe(200);
      expect(await host.plugin.dialog(LEAD)).toMatchObject({ mode: 'operator' });
    },
  );
});
