// Группы знает LiveTex: спросим её, есть ли среди них «Продажи», а не будем верить памяти.
var группа = livetex.getGroups().find((одна) => одна.name === 'Продажи');

if (группа === undefined) {
  bot.sendMessage('Зову первого свободного оператора.');
  livetex.transferToOperator({ reason: 'Хочу купить' });
} else {
  if (!группа.free) bot.sendMessage('Менеджеры сейчас заняты, ответят через несколько минут.');
  livetex.transferToOperator({ group: группа.id, reserve: ['Дежурные'], reason: 'Хочу купить' });
}
