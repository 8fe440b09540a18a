const number = lead.getLiveTexAttr('номер_заявки');
console.log('Оператор закончил заявку', number);
lead.setAllLiveTexAttrs({});
bot.sendMessage(number == null ? 'Снова с вами бот.' : 'Снова с вами бот. Заявка ' + number + ' закрыта.');
bot.run({ script_code: 'main_menu' });
