const digits = String(lead.getAttr('phone')).replace(/\D/g, '');
if (digits.length < 10) {
  bot.sendMessage('Это не похоже на номер телефона.');
  bot.run({ script_code: 'no_operators' });
  return;
}
lead.setLiveTexAttr('телефон', '+' + digits);
lead.addTag('перезвонить');
bot.sendMessage('Спасибо! Перезвоним на +' + digits + '.');
