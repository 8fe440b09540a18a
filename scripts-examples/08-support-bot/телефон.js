const phone = require('Business.Support.Phone').parse(lead.getAttr('phone'));
if (phone === null) {
  bot.sendMessage('Это не похоже на номер телефона.');
  bot.run({ script_code: 'ask_phone' });
  return;
}
lead.setLiveTexAttr('телефон', phone);
lead.addTag('перезвонить');
bot.sendMessage('Спасибо! Перезвоним на ' + phone + '.');
