const answer = String(lead.getAttr('phone')).trim();
// Вопрос можно оставить: словом или после трёх попыток.
if (/оператор/i.test(answer)) {
  bot.run({ script_code: 'operator' });
  return;
}
if (/^(отмена|меню|нет|бот)$/i.test(answer)) {
  bot.sendMessage('Хорошо, без звонка.');
  bot.run({ script_code: 'main_menu' });
  return;
}
const phone = require('Business.Support.Phone').parse(answer);
if (phone === null) {
  const tries = Number(memory.getAttr('попытки')) + 1;
  if (tries >= 3) {
    bot.sendMessage('Не получилось записать номер. Попробуйте позже.');
    bot.run({ script_code: 'main_menu' });
    return;
  }
  memory.setAttr('попытки', String(tries));
  bot.sendMessage('Это не похоже на номер телефона.');
  bot.run({ script_code: 'ask_phone' });
  return;
}
lead.setLiveTexAttr('телефон', phone);
lead.addTag('перезвонить');
bot.sendMessage('Спасибо! Перезвоним на ' + phone + '.');
