import { describe, expect, it } from 'vitest';
import type { Logger } from '../../../plugin/contract/host.ts';
import { userIdOf } from '../../../plugin/contract/lead.ts';
import { createMemoryStorage, systemClock } from '../../../plugin/storage/index.ts';
import { WEBHOOK_KEY, bindingOf, startDesk } from '../../support/desk.ts';
import { LEAD } from '../../support/minimal-host.ts';

const employee = { employee_id: 'a', first_name: 'Анна' };
const bytes = (body: unknown): Uint8Array =>
  new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
const event = (fields: Record<string, unknown>) => ({
  id: 'e1',
  webhook_key: WEBHOOK_KEY,
  user_id: 'support:telegram:42',
  timestamp: Date.now(),
  ...fields,
});

function recordingLogger(): Logger & { lines: string[] } {
  const lines: string[] = [];
  const add = (level: string) => (message: string, facts?: unknown) =>
    void lines.push(`${level} ${message} ${JSON.stringify(facts)}`);
  return { lines, debug: add('debug'), info: add('info'), warn: add('warn'), error: add('error') };
}

/** They wrote first, so the dialog is theirs. */
const STARTS = 'notice: Оператор Анна подключился к диалогу';

describe('webhook', () => {
  it('answers as docs/http.md says', async () => {
    await using desk = await startDesk({
      binding: { webhook: { publicUrl: 'http://127.0.0.1', key: WEBHOOK_KEY, previousKey: 'old' } },
    });
    const { plugin } = desk.host;
    const post = async (body: unknown, binding = 'main') => (await plugin.webhook(binding, bytes(body), {})).status;
    const text = event({ type: 'TextMessage', employee, text: 'Привет' });
    expect(await post(text)).toBe(200);
    expect(await post(text)).toBe(200);
    expect(await post({ ...text, id: 'e2', webhook_key: 'old' })).toBe(200);
    expect(await post(text, 'other')).toBe(404);
    expect(await post('нет')).toBe(400);
    expect(await post([])).toBe(400);
    expect(await post({ ...text, webhook_key: 'wrong' })).toBe(401);
    expect(await post({ ...text, webhook_key: undefined })).toBe(401);
    expect(await post({ ...text, text: { no: 'text' } })).toBe(400);
    expect(await post({ ...text, id: 'e3', extra: { deep: [1] } })).toBe(200);
    expect(await post(event({ type: 'Surprise' }))).toBe(200);
    expect(await post(`{"a":"${'x'.repeat(2 * 1024 * 1024)}"}`)).toBe(413);
    await desk.settle();
    expect(desk.host.chat(LEAD)).toEqual([STARTS, 'operator: Привет', 'operator: Привет', 'operator: Привет']);
  });

  it('shows what overtook each other in LiveTex’s order when both are there, and keeps LiveTex’s time', async () => {
    await using desk = await startDesk();
    await desk.toOperator();
    const { host } = desk;
    const before = host.shown.length;
    const base = Date.now();
    const post = async (id: string, sent: number, words: object): Promise<void> => {
      const body = event({ id, employee: { ...employee, employee_id: desk.anna }, timestamp: base + sent, ...words });
      expect((await host.plugin.webhook('main', bytes(body), {})).status).toBe(200);
    };
    const text = (words: string): object => ({ type: 'TextMessage', text: words });
    // The platform is in trouble with the first one, so that the others gather behind it.
    host.failures.push(new Error('the platform is in trouble'));
    await post('first', 10, text('первое'));
    await host.when(() => host.failures.length === 0);
    await post('third', 300, text('третье'));
    await post('second', 200, { type: 'FileMessage', url: 'https://example.com/a.png', comment: 'второе' });
    await post('fourth', 400, text('четвёртое'));
    await post('early', 5, text('раньше первого'));
    await host.when(() => host.shown.length === before + 5);
    const seen = host.shown.slice(before).map((line) => line.text);
    // What was tried already may have been shown: nothing goes before it.
    expect(seen).toEqual(['первое', 'раньше первого', 'второе', 'третье', 'четвёртое']);
    expect(host.shown.at(-1)).toMatchObject({ text: 'четвёртое', sentAt: base + 400 });
  });

  it('says why it refuses in the form of the other addresses, and nothing about the key', async () => {
    await using desk = await startDesk();
    const { plugin } = desk.host;
    const post = async (body: unknown, binding = 'main') => {
      const answer = await plugin.webhook(binding, bytes(body), {});
      return (JSON.parse(answer.body) as { error: { code: string; message: string } }).error;
    };
    expect(await post('нет')).toEqual({ code: 'not_json', message: 'the body is not JSON' });
    const wrong = await post(event({ type: 'Surprise', webhook_key: 'wrong' }));
    expect(wrong).toEqual({ code: 'unauthorised', message: 'webhook_key is wrong or missing' });
    expect(await post(event({ type: 'Surprise', webhook_key: undefined }))).toEqual(wrong);
    expect(await post(event({ type: 'TextMessage', text: { a: 5 } }))).toMatchObject({ code: 'fields_invalid' });
    expect(await post({}, 'other')).toMatchObject({ code: 'not_found' });
  });

  it.each([
    ['not one of ours', 'someone-else'],
    ['of a bot that the binding does not take', 'sales:telegram:42'],
    ['of an excluded channel', 'support:umnico:42'],
    ['with a broken lead id', 'support:telegram:'],
  ])('a user id %s is acknowledged and ignored', async (_, userId) => {
    await using desk = await startDesk({ binding: { bots: ['support'] } });
    const body = bytes(event({ type: 'TextMessage', employee, text: 'Привет', user_id: userId }));
    expect((await desk.host.plugin.webhook('main', body, {})).status).toBe(200);
    await desk.settle();
    expect(desk.host.shown).toEqual([]);
    const metric = (await desk.host.plugin.metrics()).find(({ name }) => name === 'livetex_webhooks_total');
    expect(metric?.samples).toContainEqual({ labels: { binding: 'main', outcome: 'ignored' }, value: 1 });
  });

  it('an id is one event within a binding: another touch point may use it as well', async () => {
    await using desk = await startDesk({
      binding: { bots: ['support'] },
      more: (emulator, publicUrl) => [
        { ...bindingOf(emulator.addTouchPoint(), publicUrl), id: 'sales', bots: ['sales'] },
      ],
    });
    const { plugin } = desk.host;
    const buyer = { ...LEAD, botId: 'sales' };
    const text = event({ type: 'TextMessage', employee, text: 'Привет' });
    await plugin.webhook('main', bytes({ ...text, user_id: userIdOf(LEAD) }), {});
    await plugin.webhook('sales', bytes({ ...text, user_id: userIdOf(buyer) }), {});
    await desk.settle();
    expect([desk.host.chat(LEAD), desk.host.chat(buyer)]).toEqual([
      [STARTS, 'operator: Привет'],
      [STARTS, 'operator: Привет'],
    ]);
  });

  it('logs an unknown type once, and no text above debug', async () => {
    const logger = recordingLogger();
    await using desk = await startDesk({ logger });
    for (const id of ['u1', 'u2']) desk.emulator.webhooks.send({ type: 'Surprise', id });
    await desk.toOperator();
    desk.emulator.dialogs.reply(desk.userId, desk.anna, 'тайный текст');
    await desk.settle();
    expect(logger.lines.filter((line) => line.includes('unknown type'))).toHaveLength(1);
    expect(logger.lines.filter((line) => line.includes('тайный текст') && !line.startsWith('debug'))).toEqual([]);
    const all = logger.lines.join('\n');
    expect(all).not.toContain(desk.emulator.token);
    expect(all).not.toContain(WEBHOOK_KEY);
  });

  it('says 503 when it cannot be stored, and takes the repeat', async () => {
    const storage = createMemoryStorage({ clock: systemClock });
    let broken = true;
    const failing = { ...storage, transaction: broken_() };
    await using desk = await startDesk({ storage: failing });
    const body = bytes(event({ type: 'TextMessage', employee, text: 'Привет' }));
    expect((await desk.host.plugin.webhook('main', body, {})).status).toBe(503);
    broken = false;
    expect((await desk.host.plugin.webhook('main', body, {})).status).toBe(200);
    await desk.settle();
    expect(desk.host.chat(LEAD)).toEqual([STARTS, 'operator: Привет']);

    function broken_(): typeof storage.transaction {
      return (work) => (broken ? Promise.reject(new Error('the disk is full')) : storage.transaction(work));
    }
  });

  it.each([Number.MAX_SAFE_INTEGER, 0, -5, 1e300])(
    'a timestamp of %d neither freezes nor breaks a dialog',
    async (timestamp) => {
      await using desk = await startDesk();
      await desk.toWaiting();
      const send = (id: string, fields: Record<string, unknown>) =>
        desk.host.plugin.webhook('main', bytes(event({ id, timestamp, ...fields })), {});
      await send('t1', { type: 'TextMessage', employee, text: 'Раз' });
      await send('t2', {
        type: 'TextMessage',
        employee: { employee_id: 'b', first_name: 'Борис' },
        text: 'Два',
        timestamp: Date.now(),
      });
      await send('t3', { type: 'Closed', employee });
      await desk.settle();
      expect(desk.host.chat(LEAD).slice(1)).toEqual([
        'notice: Оператор Анна подключился к диалогу',
        'operator: Раз',
        'notice: Оператор Борис подключился к диалогу',
        'operator: Два',
        'notice: Оператор вернул диалог боту',
      ]);
    },
  );

  it('an employee whose status changes with many dialogs open disturbs none of them', async () => {
    await using desk = await startDesk({ binding: { apiVersion: '1.2' } });
    await desk.toOperator();
    desk.emulator.operators.setStatus(desk.anna, 'pause');
    await desk.settle();
    expect(await desk.host.plugin.dialog(LEAD)).toMatchObject({ mode: 'operator' });
    expect(desk.emulator.webhooks.deliveries().some(({ type }) => type === 'EmployeeAvailabilityChanged')).toBe(true);
  });

  it('is registered with its key at the address of its binding', async () => {
    await using desk = await startDesk();
    const url = `${desk.server.url}/webhook/livetex/main`;
    expect(desk.emulator.webhooks.settings).toMatchObject({ url, key: WEBHOOK_KEY });
    expect(await desk.host.plugin.webhookSettings('main')).toEqual({ url });
    await expect(desk.host.plugin.setWebhook('none')).rejects.toMatchObject({ code: 'binding_unknown' });
  });
});
