/** Which group a dialog goes to, when, and by which version of LiveTex's API: over HTTP, as lead, author and operators see it. */
import { expect, test } from 'vitest';
import type { TransferWishes } from '../../../plugin/contract/events.ts';
import type { GuestFunction, Json } from '../../../plugin/contract/guest.ts';
import { type Desk, type DeskOptions, startDesk } from '../../support/desk.ts';
import { LEAD } from '../../support/minimal-host.ts';
import { createTestClock } from '../../support/test-clock.ts';

const EMULATOR = {
  groups: [
    { id: '10', name: 'Продажи' },
    { id: '20', name: 'Поддержка' },
    { id: '30', name: 'Дежурные' },
  ],
  operators: [
    { id: 'anna', firstName: 'Анна', groupId: '10', status: 'offline' },
    { id: 'boris', firstName: 'Борис', groupId: '20', status: 'online', slots: 1 },
    { id: 'vera', firstName: 'Вера', groupId: '30', status: 'online' },
  ],
} as const;

const start = (binding: DeskOptions['binding'], more: DeskOptions = {}): Promise<Desk> =>
  startDesk({ ...more, binding: { ...binding }, emulator: { ...EMULATOR, ...more.emulator } });

let asked = 0;
async function transfer(desk: Desk, wishes: TransferWishes = {}): Promise<void> {
  const { host } = desk;
  await host.leadSays(LEAD, 'Позовите оператора');
  await desk.settle();
  const event = { type: 'TransferRequested', id: `asked-${(asked += 1)}`, lead: LEAD, at: 0, ...wishes } as const;
  await host.plugin.accept([event]);
  await desk.settle();
}

async function back(desk: Desk): Promise<void> {
  const { host, emulator } = desk;
  const { operatorId, userId, groupId } = desk.dialog();
  const operator = operatorId ?? emulator.operators.list().find((one) => one.groupId === groupId)?.id ?? '';
  emulator.dialogs.close(userId, operator);
  await desk.settle();
  host.log.length = 0;
}

function ask({ host }: Desk, name: string, args: Json = null): Promise<Json> {
  const call: GuestFunction | undefined = host.plugin.guest.functions.get(name);
  if (call === undefined) throw new Error(`there is no "${name}"`);
  return call({ lead: LEAD, signal: AbortSignal.timeout(60_000) }, args);
}

test('settings, command and script name the group; a reserve takes over; a mistyped one goes to the default one', async () => {
  await using desk = await start({ group: 'Продажи', reserveGroups: ['Поддержка', 'Дежурные'] });
  const { host, emulator } = desk;
  await transfer(desk);
  expect(desk.dialog().groupId).toBe('20');
  expect(host.log).toEqual([]);
  emulator.dialogs.read(desk.userId, 'boris');
  await back(desk);

  await transfer(desk, { group: '10', reserve: [], ignoreOffline: true });
  expect(desk.dialog().groupId).toBe('10');
  await back(desk);

  await transfer(desk, { group: 'Паддержка', reserve: ['Дежурные'] });
  expect(desk.dialog().groupId).toBe('30');
  expect(host.log).toEqual([
    {
      level: 'warn',
      text: 'В LiveTex нет группы «Паддержка», диалог идёт в группу «Дежурные»: в LiveTex есть «Продажи», «Поддержка», «Дежурные»',
    },
  ]);
});

test('a group that goes while its selection is on the way, and one that LiveTex asks about again', async () => {
  const clock = createTestClock();
  await using desk = await start({ group: 'Поддержка' }, { clock, emulator: { clock } });
  const { host, emulator } = desk;
  emulator.faults.add({ kind: 'status', status: 503, methods: ['selectDestination'], times: 1 });
  const tried = host.when(() => host.activities.some((one) => one.kind === 'retry'));
  const begun = transfer(desk);
  await tried;
  emulator.groups.remove('20');
  await clock.advance(60_000);
  await begun;
  await desk.settle();
  const gone = 'В LiveTex нет группы «Поддержка», диалог идёт в группу «Продажи»: в LiveTex есть «Продажи», «Дежурные»';
  expect(desk.dialog()).toMatchObject({ groupId: '10', state: 'queued' });
  expect(host.log.map(({ text }) => text)).toContain(gone);
  expect(host.chat(LEAD)).toEqual(['notice: Диалог переведён на оператора']);

  // LiveTex lost the selection: it gets the dialog's own group again, not its first one.
  emulator.groups.add({ id: '5', name: 'Новая' });
  const groups = ['5', '10', '30'].map((id) => ({
    destination_type: 'Department',
    destination_id: id,
    name: `Г${id}`,
  }));
  await clock.advance(10);
  emulator.webhooks.send({ type: 'SelectDestination', user_id: desk.userId, destinations: groups });
  await desk.settle();
  const selections = emulator.requests.list('selectDestination').filter(({ fault }) => fault === undefined);
  const ids = selections.map(({ body }) => (body as Record<string, unknown>)['destination_id']);
  expect(ids).toEqual(['20', '10', '10']);
});

test('scripts ask by name or id from one request; free slots count from 1.2 on; an availability event voids the answer', async () => {
  await using desk = await start({});
  const { emulator } = desk;
  const group = (id: string, name: string, online: boolean, free = online) => ({ id, name, online, free });
  emulator.requests.clear();
  expect(await ask(desk, 'getGroups')).toEqual([
    group('10', 'Продажи', false),
    group('20', 'Поддержка', true),
    group('30', 'Дежурные', true),
  ]);
  expect(await ask(desk, 'hasOnlineOperators')).toBe(false);
  expect(await ask(desk, 'hasOnlineOperators', { group: 'поддержка' })).toBe(true);
  expect(await ask(desk, 'hasFreeOperators', { group: '20' })).toBe(true);
  await expect(ask(desk, 'hasFreeOperators', { group: 'Нет' })).rejects.toMatchObject({
    code: 'group_unknown',
    message: expect.stringContaining('LiveTex has «Продажи», «Поддержка», «Дежурные»'),
    text: { ru: 'группы операторов «Нет» нет: в LiveTex есть «Продажи», «Поддержка», «Дежурные»' },
  });
  expect(emulator.requests.count()).toBe(1);

  // Boris has one slot. His going away is told by LiveTex for the conversation that he has: nobody waits five seconds for it.
  await transfer(desk, { group: 'Поддержка' });
  emulator.dialogs.read(desk.userId, 'boris');
  await desk.settle();
  desk.host.plugin.outdateAvailability();
  expect(await ask(desk, 'hasFreeOperators', { group: '20' })).toBe(false);
  expect(await ask(desk, 'hasOnlineOperators', { group: '20' })).toBe(true);
  emulator.operators.setStatus('boris', 'away');
  await desk.settle();
  expect(await ask(desk, 'hasOnlineOperators', { group: '20' })).toBe(false);
  expect(new Set(emulator.requests.list().map(({ version }) => version))).toEqual(new Set(['1.2']));
  expect(emulator.webhooks.settings.eventTypes).not.toContain('DestinationSelected');
});

test('an account of 1.0 is asked in 1.0, where a slot is as good as online; LiveTex without a group has nobody', async () => {
  await using desk = await start({}, { emulator: { versions: ['1.0'] } });
  const { emulator } = desk;
  await transfer(desk, { group: 'Поддержка' });
  emulator.dialogs.read(desk.userId, 'boris');
  await desk.settle();
  expect(await ask(desk, 'hasFreeOperators', { group: 'Поддержка' })).toBe(true);
  const answered = emulator.requests.list().filter(({ status }) => status === 200);
  expect(new Set(answered.map(({ version }) => version))).toEqual(new Set(['1.0']));
  expect(emulator.requests.list().filter(({ version }) => version === '1.2')).toHaveLength(1);

  for (const { id } of emulator.groups.list()) emulator.groups.remove(id);
  desk.host.plugin.outdateAvailability();
  expect(await ask(desk, 'getGroups')).toEqual([]);
  await expect(ask(desk, 'hasOnlineOperators', { group: 'Поддержка' })).rejects.toThrow('LiveTex has no group at all');
  await back(desk);
  desk.host.scripts.set('no_operators', async ({ say }) => say('никого'));
  await transfer(desk, { group: 'Поддержка' });
  expect((await desk.host.plugin.dialog(LEAD)).mode).toBe('bot');
  expect(desk.host.chat(LEAD).at(-1)).toBe('bot: никого');
});

test('outside working hours a transfer is as with nobody online, unless it says otherwise', async () => {
  const clock = createTestClock();
  const closed = { timeZone: 'UTC', hours: { 'mon-sun': '00:00-24:00' }, days: { [today(clock.now())]: 'closed' } };
  await using desk = await start({ group: 'Дежурные', schedule: closed }, { clock, emulator: { clock } });
  const { host } = desk;
  for (const type of ['no_operators', 'transfer_online', 'transfer_offline'] as const) {
    host.scripts.set(type, async ({ say }) => say(type));
  }
  expect(await ask(desk, 'isWorkingTime')).toBe(false);
  expect(await ask(desk, 'hasOnlineOperators')).toBe(true);
  expect(await host.plugin.chooseTransfer(LEAD)).toEqual({ do: 'run', script: { type: 'transfer_offline' } });
  await transfer(desk);
  expect(host.chat(LEAD)).toEqual(['bot: no_operators']);
  expect(host.log.map(({ text }) => text)).toEqual(['Сейчас нерабочее время (schedule): считаем, что операторов нет']);
  await transfer(desk, { ignoreOffline: true });
  expect((await host.plugin.dialog(LEAD)).mode).toBe('waiting');
  await back(desk);
  // The day is over, without a day's many small timers.
  clock.set(24 * 3_600_000);
  expect(await ask(desk, 'isWorkingTime')).toBe(true);
  await transfer(desk);
  expect((await host.plugin.dialog(LEAD)).mode).toBe('waiting');
});

function today(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}
