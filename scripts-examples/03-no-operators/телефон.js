// 8 (926) 123-45-67 и +7 926 123-45-67 — один и тот же номер.
const digits = String(lead.getAttr('phone')).replace(/\D/g, '').replace(/^8(?=\d{10}$)/, '7');
if (digits.length < 10) {
  bot.sendMessage('Это не похоже на номер телефона.');
  bot.run({ script_code: 'no_operators' });
  return;
}
lead.setLiveTexAttr('телефон', '+' + digits);
lead.addTag('перезвонить');
bot.sendMessage('Спасибо! Перезвоним на +' + digits + '.');
