/** Every example bot, talked to as its README says. */
import { expect, test } from 'vitest';
import { startExample } from './example-dialog.ts';

test('01: the header of the dialog holds the attributes, behind the mirrored messages', async () => {
  const { say, emulator, userId } = await startExample('01-request-number', 'online');
  expect(await say('Добрый день')).toEqual([
    'lead: Добрый день',
    'bot: Здравствуйте, Анна! Передаю вашу заявку оператору.',
    'notice: Диалог переведён на оператора',
  ]);
  const dialog = emulator.dialogs.get(userId);
  expect(dialog?.attributes).toEqual({ Канал: 'telegram', номер_заявки: '705', имя_заявки: 'Test' });
  expect(dialog?.messages.map(({ text }) => text)).toEqual([
    '👤 Пользователь\nДобрый день',
    '🤖 Бот\nЗдравствуйте, Анна! Передаю вашу заявку оператору.',
  ]);
  const methods = emulator.requests.list().map(({ method }) => method);
  expect(methods.lastIndexOf('sendText')).toBeLessThan(methods.indexOf('selectDestination'));
});

test('02: with operators online, and without', async () => {
  const online = await startExample('02-choose-by-availability', 'online');
  expect(await online.say('Привет')).toEqual([
    'lead: Привет',
    'bot: Операторы на месте.',
    'bot: Соединяю с оператором.',
    'notice: Диалог переведён на оператора',
  ]);
  const offline = await startExample('02-choose-by-availability', 'offline');
  expect(await offline.say('Привет')).toEqual([
    'lead: Привет',
    'bot: Сейчас операторов нет.',
    'bot: Напишите нам с 9:00 до 18:00, и оператор ответит.',
  ]);
  expect((await offline.view()).dialog.mode).toBe('bot');
});

test('03: nobody is online: the phone is asked for until it is one', async () => {
  const { say, view } = await startExample('03-no-operators', 'offline');
  expect(await say('Привет')).toEqual([
    'lead: Привет',
    'bot: Здравствуйте, Анна! Зову оператора.',
    'bot: Сейчас операторов нет. Оставьте номер телефона.',
  ]);
  expect(await say('не скажу')).toEqual([
    'lead: не скажу',
    'bot: Это не похоже на номер телефона.',
    'bot: Сейчас операторов нет. Оставьте номер телефона.',
  ]);
  expect(await say('8 (926) 123-45-67')).toEqual([
    'lead: 8 (926) 123-45-67',
    'bot: Спасибо! Перезвоним на +79261234567.',
  ]);
  expect(await view()).toMatchObject({
    systemAttributes: { sys_livetex_attrs: { телефон: '+79261234567' } },
    lead: { tags: ['перезвонить'] },
    dialog: { mode: 'bot' },
  });
});

test('04: each answer becomes an attribute', async () => {
  const { say, emulator, userId } = await startExample('04-collect-attributes', 'online');
  await say('Привет');
  await say('Иван');
  await say('пятый');
  expect(await say('Где он?')).toEqual(['lead: Где он?', 'notice: Диалог переведён на оператора']);
  expect(emulator.dialogs.get(userId)?.attributes).toEqual({
    Канал: 'telegram',
    имя: 'Иван',
    вопрос: 'Где он?',
    новый_клиент: 'да',
  });
});

test('05: menu, repeated menu, fallback, and a choice that calls an operator', async () => {
  const { say, emulator, userId } = await startExample('05-menu', 'online');
  const menu = '[Часы работы] [Адрес] [Позвать оператора]';
  expect(await say('Привет')).toEqual(['lead: Привет', `bot: Чем помочь? ${menu}`]);
  expect(await say('1')).toEqual(['lead: 1', `bot: Работаем с 9:00 до 18:00. ${menu}`]);
  expect(await say('что?')).toEqual(['lead: что?', `bot: Выберите пункт меню. ${menu}`]);
  expect(await say('0')).toEqual(['lead: 0', 'notice: Диалог переведён на оператора']);
  expect(emulator.dialogs.get(userId)?.messages.at(-1)?.text).toBe('👤 Пользователь\n0');
});

test('06: a library of its own', async () => {
  const { say, emulator, userId } = await startExample('06-library', 'online');
  expect((await say('Привет'))[1]).toBe('bot: Ваш заказ № 000705 на 1 250 000 ₽');
  expect(emulator.dialogs.get(userId)?.attributes).toEqual({
    Канал: 'telegram',
    заказ: '№ 000705',
    сумма: '1 250 000 ₽',
  });
});

test('07: the mistake commits nothing, and the transfer behind it does not happen', async () => {
  const { say, view } = await startExample('07-mistake', 'online');
  expect(await say('Привет')).toEqual(['lead: Привет']);
  expect(await view()).toMatchObject({ systemAttributes: {}, dialog: { mode: 'bot' } });
});

test('08: the whole story of npm start, and the way back by a route', async () => {
  const { say, settled, emulator, userId, operatorId, view } = await startExample('08-support-bot', 'online');
  const menu = 'bot: Чем помочь? [Часы работы] [Позвать оператора]';
  expect(await say('Здравствуйте')).toEqual(['lead: Здравствуйте', 'bot: Здравствуйте! Я бот поддержки.', menu]);
  expect(await say('2')).toEqual(['lead: 2', 'notice: Диалог переведён на оператора']);
  expect(emulator.dialogs.get(userId)?.attributes).toEqual({
    Канал: 'telegram',
    номер_заявки: '705',
    имя_заявки: 'Test',
  });
  emulator.dialogs.read(userId, operatorId);
  emulator.dialogs.reply(userId, operatorId, 'Слушаю вас');
  expect(await settled()).toEqual(['notice: Оператор Мария подключился к диалогу', 'operator: Слушаю вас']);
  expect(await say('помощь')).toEqual([
    'lead: помощь',
    'bot: Напишите «бот», чтобы вернуться к боту, или «оператор», чтобы позвать оператора.',
  ]);
  emulator.dialogs.close(userId, operatorId);
  expect(await settled()).toEqual([
    'notice: Оператор вернул диалог боту',
    'bot: Снова с вами бот. Заявка 705 закрыта.',
    menu,
  ]);
  expect((await view()).systemAttributes).toEqual({ sys_livetex_attrs: {} });
  await say('позовите оператора');
  expect((await view()).dialog.mode).toBe('waiting');
  // No operator joined this second transfer, so the script of type «Возврат» has nothing to end.
  expect(await say('Бот')).toEqual(['lead: Бот', 'bot: Возвращаю вас к боту.']);
  expect((await view()).dialog.mode).toBe('bot');
});

test('08: nobody is online: the bot asks for the phone', async () => {
  const { say, view } = await startExample('08-support-bot', 'offline');
  await say('Здравствуйте');
  expect(await say('2')).toEqual([
    'lead: 2',
    'bot: Сейчас операторов нет на месте.',
    'bot: Оставьте номер телефона, мы перезвоним. Или напишите «отмена».',
  ]);
  expect(await say('8 926 123-45-67')).toEqual(['lead: 8 926 123-45-67', 'bot: Спасибо! Перезвоним на +79261234567.']);
  expect((await view()).systemAttributes).toMatchObject({ sys_livetex_attrs: { телефон: '+79261234567' } });
});

test('08: the phone can be refused, in words and by three tries, and an operator called instead', async () => {
  const menu = 'bot: Чем помочь? [Часы работы] [Позвать оператора]';
  const ask = 'bot: Оставьте номер телефона, мы перезвоним. Или напишите «отмена».';
  const { say, view } = await startExample('08-support-bot', 'offline');
  await say('Здравствуйте');
  await say('2');
  expect(await say('Отмена')).toEqual(['lead: Отмена', 'bot: Хорошо, без звонка.', menu]);
  await say('2');
  const wrong = 'bot: Это не похоже на номер телефона.';
  expect(await say('12')).toEqual(['lead: 12', wrong, ask]);
  expect(await say('123')).toEqual(['lead: 123', wrong, ask]);
  expect(await say('1234')).toEqual(['lead: 1234', 'bot: Не получилось записать номер. Попробуйте позже.', menu]);
  await say('2');
  expect(await say('дайте оператора')).toEqual(['lead: дайте оператора', 'bot: Сейчас операторов нет на месте.', ask]);
  expect((await view()).lead.tags).toEqual([]);
});

test('08: after /bot and after a close the dialog is with the bot, which never speaks of an unknown request', async () => {
  const { say, settled, emulator, userId, operatorId, view } = await startExample('08-support-bot', 'online');
  const menu = 'bot: Чем помочь? [Часы работы] [Позвать оператора]';
  await say('Здравствуйте');
  await say('2');
  emulator.dialogs.read(userId, operatorId);
  await settled();
  emulator.dialogs.reply(userId, operatorId, '/bot');
  expect(await settled()).toEqual(['bot: Снова с вами бот. Заявка 705 закрыта.', menu]);
  expect((await view()).dialog).toMatchObject({ mode: 'bot', forwarded: false });
  expect(await say('1')).toEqual(['lead: 1', 'bot: Операторы отвечают с 9:00 до 18:00, бот всегда.', menu]);
  await say('2');
  emulator.dialogs.close(userId, operatorId);
  expect(await settled()).toEqual([
    'notice: Оператор вернул диалог боту',
    'bot: Снова с вами бот. Заявка 705 закрыта.',
    menu,
  ]);
  expect((await view()).dialog.mode).toBe('bot');
});

test('13: the rating is asked for when an operator answered, also after /bot, and not when nobody did', async () => {
  const { say, settled, emulator, userId, operatorId, view } = await startExample('13-rating-after-return', 'online');
  await say('Привет');
  expect(emulator.dialogs.get(userId)?.attributes).toEqual({ Канал: 'telegram', Причина: 'Первое обращение' });
  emulator.dialogs.reply(userId, operatorId, 'Добрый день!');
  await settled();
  emulator.dialogs.close(userId, operatorId);
  expect(await settled()).toEqual(['notice: Оператор вернул диалог боту', 'bot: Оцените разговор от 1 до 5.']);
  expect(await say('5')).toEqual(['lead: 5', 'bot: Спасибо! Передадим оператору.']);
  expect(await view()).toMatchObject({ systemAttributes: { sys_livetex_hidden_attrs: { оценка: 5 } } });

  await say('оператор');
  expect(emulator.dialogs.get(userId)?.hiddenAttributes).toEqual({ оценка: '5' });
  emulator.dialogs.reply(userId, operatorId, 'Снова я');
  emulator.dialogs.reply(userId, operatorId, '/bot');
  expect((await settled()).at(-1)).toBe('bot: Оцените разговор от 1 до 5.');
  expect((await view()).dialog.mode).toBe('bot');
  await say('2');

  await say('оператор');
  emulator.dialogs.close(userId, operatorId);
  expect(await settled()).toEqual(['notice: Оператор вернул диалог боту']);
});
