import { describe, expect, it } from 'vitest';
import type { PlatformEvent } from '../../../plugin/contract/events.ts';
import type { LeadRef } from '../../../plugin/contract/lead.ts';
import { createMemoryStorage, systemClock } from '../../../plugin/storage/index.ts';
import { startDesk } from '../../support/desk.ts';
import { LEAD } from '../../support/minimal-host.ts';
import { watchedLogger } from '../../support/watched-logger.ts';

describe('accept', () => {
  it('gives a repeated event its first verdict, whatever has happened since', async () => {
    await using desk = await startDesk();
    const { host } = desk;
    expect(await host.botSays(LEAD, 'До перевода', { id: 'b1' })).toEqual({
      id: 'b1',
      verdict: 'accepted',
      duplicate: false,
    });
    await desk.toOperator();
    expect(await host.botSays(LEAD, 'До перевода', { id: 'b1' })).toEqual({
      id: 'b1',
      verdict: 'accepted',
      duplicate: true,
    });
    expect(await host.botSays(LEAD, 'После', { id: 'b2' })).toMatchObject({ verdict: 'suppressed', duplicate: false });
    desk.emulator.dialogs.close(desk.userId, desk.anna);
    await desk.settle();
    expect(await host.botSays(LEAD, 'После', { id: 'b2' })).toMatchObject({ verdict: 'suppressed', duplicate: true });
    await desk.settle();
    const texts = desk.dialog().messages.map(({ text }) => text);
    expect(texts.filter((text) => text?.includes('До перевода'))).toHaveLength(1);
    expect(texts.filter((text) => text?.includes('После'))).toHaveLength(0);
  });

  it('says of a bot that no binding takes that it is mirrored nowhere, again at a repeat, counts it, and logs one line a bot', async () => {
    const lines: unknown[] = [];
    const warn = (message: string, { botId }: Record<string, unknown> = {}): void => void lines.push([message, botId]);
    const logger = { ...watchedLogger(), warn };
    await using desk = await startDesk({ logger, binding: { bots: ['sales'] } });
    const { host } = desk;
    expect(await host.leadSays(LEAD, 'Раз', 'm1')).toMatchObject({ verdict: 'unbound', duplicate: false });
    expect(await host.leadSays(LEAD, 'Раз', 'm1')).toMatchObject({ verdict: 'unbound', duplicate: true });
    expect(await host.leadSays({ ...LEAD, botId: 'sales' }, 'Два')).toMatchObject({ verdict: 'accepted' });
    const metric = (await host.plugin.metrics()).find(({ name }) => name === 'livetex_events_total');
    expect(metric?.samples).toContainEqual({ labels: { type: 'LeadMessage', verdict: 'unbound' }, value: 1 });
    expect(await host.leadSays(LEAD, 'Два')).toMatchObject({ verdict: 'unbound' });
    const line = 'no LiveTex binding takes this bot: its dialogs are mirrored nowhere';
    expect(lines).toEqual([[line, 'support']]);
    // A platform may have any number of them.
    for (let bot = 0; bot < 120; bot += 1) await host.leadSays({ ...LEAD, botId: `b${bot}` }, 'Раз');
    expect(lines).toHaveLength(100);
    expect(new Set(lines.map((one) => JSON.stringify(one))).size).toBe(100);
  });

  it('the same id of two leads is two events', async () => {
    await using desk = await startDesk();
    const other: LeadRef = { ...LEAD, externalId: '43' };
    expect(await desk.host.leadSays(LEAD, 'Раз', 'same')).toMatchObject({ duplicate: false });
    expect(await desk.host.leadSays(other, 'Два', 'same')).toMatchObject({ duplicate: false });
  });

  it('commits and rolls back with the transaction of the platform', async () => {
    const storage = createMemoryStorage({ clock: systemClock });
    await using desk = await startDesk({ storage });
    const event: PlatformEvent = { type: 'LeadMessage', id: 'm', lead: LEAD, at: 1, content: { text: 'Привет' } };
    const failed = storage.transaction(async (tx) => {
      await desk.host.plugin.accept([event], tx);
      throw new Error('the platform changed its mind');
    });
    await expect(failed).rejects.toThrow('changed its mind');
    await desk.settle();
    expect(desk.emulator.dialogs.list()).toEqual([]);

    const verdicts = await storage.transaction((tx) => desk.host.plugin.accept([event], tx));
    expect(verdicts).toEqual([{ id: 'm', verdict: 'accepted', duplicate: false }]);
    await desk.settle();
    expect(desk.dialog().messages).toHaveLength(1);
  });

  it('what the rest of a script says behind its request for an operator is said and mirrored', async () => {
    const storage = createMemoryStorage({ clock: systemClock });
    await using desk = await startDesk({ storage });
    const common = { lead: LEAD, at: 1 };
    const verdicts = await desk.host.plugin.accept([
      { type: 'LeadMessage', id: '1', content: { text: 'Оператора!' }, ...common },
      { type: 'TransferRequested', id: '2', ...common },
      { type: 'BotMessage', id: '3', content: { text: 'Сейчас позову' }, ...common },
    ]);
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['accepted', 'accepted', 'accepted']);
    await desk.settle();
    expect(desk.dialog()).toMatchObject({ state: 'queued' });
    expect(desk.dialog().messages.at(-1)?.text).toBe('🤖 Бот\nСейчас позову');
    expect(await desk.host.botSays(LEAD, 'А теперь молчу')).toMatchObject({ verdict: 'suppressed' });
  });

  it('names every problem of events that are not valid, and stores none of them', async () => {
    await using desk = await startDesk();
    const events = [
      { type: 'LeadMessage', id: '1', lead: LEAD, at: 1, content: { text: 'хорошее' } },
      { type: 'LeadMessage', id: '', lead: { ...LEAD, channel: 'a:b' }, at: -1, content: {} },
      { type: 'LeadMessage', id: '3', lead: LEAD, at: 1, content: { text: 'a\uD800b' } },
      {
        type: 'BotMessage',
        id: '4',
        lead: { ...LEAD, externalId: '\uDC00' },
        at: 1,
        content: { attachments: [{ type: 'file', url: 'javascript:alert(1)' }] },
      },
      { type: 'Nonsense' },
    ] as unknown as PlatformEvent[];
    const error = await desk.host.plugin.accept(events).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'event_invalid' });
    const { message } = error as Error;
    for (const path of [
      '1.id',
      '1.lead.channel',
      '1.at',
      '1.content',
      '2.content.text',
      '3.lead.externalId',
      '3.content.attachments.0.url',
      '4.type',
    ]) {
      expect(message).toContain(`${path}: `);
    }
    await desk.settle();
    expect(desk.emulator.dialogs.list()).toEqual([]);
  });

  it('a lead of an excluded channel is not mirrored; a transfer says why, and runs the script for it', async () => {
    await using desk = await startDesk();
    const { host } = desk;
    const umnico: LeadRef = { ...LEAD, channel: 'umnico' };
    host.scripts.set('no_operators', ({ say }) => say('Оставьте телефон'));
    await host.leadSays(umnico, 'Привет');
    await host.botSays(umnico, 'Здравствуйте');
    await host.askForOperator(umnico);
    await desk.settle();
    expect(host.log).toEqual([{ level: 'error', text: expect.stringMatching(/^channel_excluded: .*"umnico"/) }]);
    expect(host.chat(umnico)).toEqual(['bot: Здравствуйте', 'bot: Оставьте телефон']);
    expect(desk.emulator.dialogs.list()).toEqual([]);
    expect(await host.plugin.dialog(umnico)).toEqual({
      mode: 'bot',
      transfer: 0,
      operator: null,
      forwarded: false,
      binding: null,
    });
    expect(await host.plugin.chooseTransfer(umnico)).toEqual({ do: 'event', event: 'TransferRequested' });
  });
});
