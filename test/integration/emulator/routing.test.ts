import { expect, test } from 'vitest';
import { codeOf } from '../../../plugin/contract/coded-error.ts';
import type { LiveTexEmulator } from '../../../runtime-shim/emulator/emulator-contract.ts';
import { useEmulator } from '../../support/emulator.ts';
import { livetex } from './livetex-call.ts';

const OPERATORS = [
  { id: 'anna', firstName: 'Анна' },
  { id: 'boris', firstName: 'Борис' },
];

async function say(emulator: LiveTexEmulator, text: string): Promise<void> {
  await livetex(emulator, 'sendText', { body: { user_id: 'u1', text } });
}

async function select(emulator: LiveTexEmulator, more: Record<string, unknown> = {}): Promise<void> {
  await livetex(emulator, 'selectDestination', {
    body: { user_id: 'u1', destination_type: 'Department', destination_id: '54321', ...more },
  });
}

function refusal(act: () => void): { readonly code: string | undefined; readonly message: string } {
  try {
    act();
  } catch (error) {
    return { code: codeOf(error), message: (error as Error).message };
  }
  throw new Error('was not refused');
}

test('stored messages reach the group when a destination is selected, later ones at once', async () => {
  const emulator = await useEmulator({ operators: OPERATORS });
  await say(emulator, 'раз');
  await say(emulator, 'два');
  expect(emulator.dialogs.get('u1')).toMatchObject({ state: 'stored', groupId: null, selections: 0 });
  await select(emulator);
  await say(emulator, 'три');
  expect(emulator.dialogs.get('u1')).toMatchObject({
    state: 'queued',
    groupId: '54321',
    messages: [{ text: 'раз' }, { text: 'два' }, { text: 'три' }],
  });
});

test('no operator sees a stored or a closed dialog', async () => {
  const emulator = await useEmulator({ operators: OPERATORS });
  await say(emulator, 'раз');
  expect(refusal(() => emulator.dialogs.read('u1', 'anna'))).toEqual({
    code: 'emulator_refused',
    message: 'the operator cannot read the dialog "u1": no destination is selected, so no operator sees it',
  });
  expect(refusal(() => emulator.dialogs.transfer('u1', 'anna')).code).toBe('emulator_refused');
  await select(emulator);
  emulator.dialogs.close('u1', 'anna');
  expect(refusal(() => emulator.dialogs.reply('u1', 'anna', 'Ау')).message).toContain('it is closed');
});

test('the first who reads or answers takes it; another gets it by a transfer', async () => {
  const emulator = await useEmulator({ operators: OPERATORS });
  await say(emulator, 'раз');
  await select(emulator);
  emulator.dialogs.reply('u1', 'anna', 'Слушаю');
  expect(emulator.dialogs.get('u1')).toMatchObject({ state: 'assigned', operatorId: 'anna' });
  expect(refusal(() => emulator.dialogs.read('u1', 'boris')).message).toContain('operator anna has it');
  emulator.dialogs.transfer('u1', 'boris');
  expect(emulator.dialogs.get('u1')).toMatchObject({ state: 'assigned', operatorId: 'boris' });
  expect(refusal(() => emulator.dialogs.close('u1', 'anna')).message).toContain('operator boris has it');
  emulator.dialogs.close('u1', 'boris');
  expect(emulator.dialogs.get('u1')).toMatchObject({ state: 'closed', operatorId: null });
});

test('an operator of another group does not see it', async () => {
  const emulator = await useEmulator({
    groups: [
      { id: '54321', name: 'Первая' },
      { id: 'other', name: 'Вторая' },
    ],
    operators: [{ id: 'vera', firstName: 'Вера', groupId: 'other' }],
  });
  await select(emulator);
  expect(refusal(() => emulator.dialogs.read('u1', 'vera')).message).toContain('it waits in group 54321');
});

test('an operator who leaves keeps the conversation: later messages wait there', async () => {
  const emulator = await useEmulator({ operators: [{ id: 'anna', firstName: 'Анна', status: 'online' }] });
  await select(emulator);
  emulator.dialogs.read('u1', 'anna');
  emulator.operators.setStatus('anna', 'offline');
  await say(emulator, 'Вы тут?');
  expect(emulator.dialogs.get('u1')).toMatchObject({ state: 'assigned', operatorId: 'anna', groupId: '54321' });
});

test('a selection holds until the close: selecting again only refreshes the header', async () => {
  const emulator = await useEmulator({
    groups: [
      { id: '54321', name: 'Первая' },
      { id: 'other', name: 'Вторая' },
    ],
    operators: [{ id: 'anna', firstName: 'Анна' }],
  });
  await select(emulator, { name: 'Иван', attributes: { a: '1' }, hidden_attributes: { h: '2' } });
  emulator.dialogs.read('u1', 'anna');
  await select(emulator, { destination_id: 'other', attributes: { b: '3' } });
  expect(emulator.dialogs.get('u1')).toMatchObject({
    state: 'assigned',
    operatorId: 'anna',
    groupId: '54321',
    name: 'Гость',
    attributes: { b: '3' },
    hiddenAttributes: {},
    selections: 2,
  });
});

test('three transfers of one person: stored again after each close, nothing forgotten', async () => {
  const emulator = await useEmulator({ operators: OPERATORS });
  for (const round of [1, 2, 3]) {
    await say(emulator, `вопрос ${round}`);
    expect(emulator.dialogs.get('u1')?.state).toBe('stored');
    await select(emulator);
    emulator.dialogs.read('u1', 'anna');
    emulator.dialogs.close('u1', 'anna');
  }
  expect(emulator.dialogs.get('u1')).toMatchObject({
    selections: 3,
    messages: [
      { text: 'вопрос 1', read: true },
      { text: 'вопрос 2', read: true },
      { text: 'вопрос 3', read: true },
    ],
  });
});

test('mistyped ids are named together with the known ones', async () => {
  const emulator = await useEmulator({ operators: OPERATORS });
  await select(emulator);
  expect(refusal(() => emulator.dialogs.read('u2', 'anna')).message).toBe(
    'the emulator knows no dialog "u2"; known: u1',
  );
  expect(refusal(() => emulator.dialogs.read('u1', 'nobody')).message).toBe(
    'the emulator knows no operator "nobody"; known: anna, boris',
  );
  expect(refusal(() => emulator.operators.add({ firstName: 'Вера', groupId: 'g' })).message).toBe(
    'the emulator knows no group "g"; known: 54321',
  );
  expect(refusal(() => emulator.operators.add({ id: 'anna', firstName: 'Анна' })).message).toContain('is taken');
  expect(refusal(() => emulator.groups.add({ id: '54321', name: 'Ещё' })).message).toContain('is taken');
  expect(refusal(() => emulator.groups.add({ id: '' } as never)).message).toMatch(/this group: id: .*; name: /);
  expect(refusal(() => emulator.operators.add({ firstName: 1 } as never)).message).toContain('operator: firstName: ');
  expect(refusal(() => emulator.operators.setStatus('anna', 'asleep' as never)).message).toContain('this status: ');
});

test('dialogs are forgotten oldest first beyond the bound, and messages within one dialog too', async () => {
  const emulator = await useEmulator({ remember: 20 });
  for (let index = 0; index < 25; index += 1)
    await livetex(emulator, 'sendText', { body: { user_id: `u${index}`, text: 'Привет' } });
  expect(emulator.dialogs.list().map(({ userId }) => userId)).toEqual(
    Array.from({ length: 20 }, (_, index) => `u${index + 5}`),
  );
  for (let index = 0; index < 40; index += 1)
    await livetex(emulator, 'sendText', { body: { user_id: 'u24', text: `№${index}` } });
  const messages = emulator.dialogs.get('u24')?.messages ?? [];
  expect(messages.length).toBeGreaterThanOrEqual(18);
  expect(messages.length).toBeLessThanOrEqual(20);
  expect(messages.at(-1)?.text).toBe('№39');
});

test('when: resolves at the change, rejects with what was seen, with the condition’s own error, and at the close', async () => {
  const emulator = await useEmulator({ operators: OPERATORS });
  const stored = emulator.dialogs.when('u1', (dialog) => dialog.messages.length === 2);
  await say(emulator, 'раз');
  await say(emulator, 'два');
  expect(await stored).toMatchObject({ state: 'stored' });

  await expect(emulator.dialogs.when('u1', ({ state }) => state === 'closed', 1)).rejects.toMatchObject({
    code: 'emulator_wait_timeout',
    message:
      'the dialog "u1" did not get there within 1 ms; it is stored, operator none, selections 0, messages 2, unread 2',
  });
  await expect(emulator.dialogs.when('u9', () => true, 1)).rejects.toThrow('it is not there at all');
  const broken = emulator.dialogs.when('u1', () => {
    throw new Error('a mistake in the test');
  });
  await expect(broken).rejects.toThrow('a mistake in the test');
  const never = emulator.dialogs.when('u1', () => false);
  await Promise.all([emulator.close(), expect(never).rejects.toMatchObject({ code: 'emulator_closed' })]);
});

test('a view that was handed out does not change any more', async () => {
  const emulator = await useEmulator();
  await say(emulator, 'раз');
  const before = emulator.dialogs.get('u1');
  expect(emulator.dialogs.get('u1')).toBe(before);
  await say(emulator, 'два');
  expect(before?.messages).toHaveLength(1);
});

test('onChange tells of requests, operators, dialogs, faults and deliveries, until it is ended', async () => {
  const emulator = await useEmulator({ operators: OPERATORS });
  let changes = 0;
  const stop = emulator.onChange(() => {
    changes += 1;
  });
  const grew = async (act: () => unknown): Promise<boolean> => {
    const before = changes;
    await act();
    return changes > before;
  };
  expect(await grew(() => select(emulator))).toBe(true);
  expect(await grew(() => emulator.dialogs.read('u1', 'anna'))).toBe(true);
  expect(await grew(() => emulator.operators.setStatus('anna', 'online'))).toBe(true);
  expect(await grew(() => emulator.operators.add({ firstName: 'Вера' }))).toBe(true);
  expect(await grew(() => emulator.faults.add({ kind: 'token' }))).toBe(true);
  stop();
  expect(await grew(() => emulator.faults.clear())).toBe(false);
});

test('an operator may write first: to a person in no group, and again after a close', async () => {
  const emulator = await useEmulator({ operators: OPERATORS });
  await say(emulator, 'раз');
  emulator.dialogs.start('u1', 'anna', 'Вы нам писали');
  expect(emulator.dialogs.get('u1')).toMatchObject({ state: 'assigned', operatorId: 'anna', groupId: '54321' });
  // It is an open conversation like any other.
  expect(refusal(() => emulator.dialogs.start('u1', 'boris', 'И я')).message).toContain('operator anna has it');
  emulator.dialogs.close('u1', 'anna');
  emulator.dialogs.start('u1', 'boris', 'Ещё одно');
  expect(emulator.dialogs.get('u1')).toMatchObject({ state: 'assigned', operatorId: 'boris', selections: 0 });
});
