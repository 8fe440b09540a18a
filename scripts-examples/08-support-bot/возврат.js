const attrs = lead.getAllLiveTexAttrs();
console.log('Оператор закончил заявку', attrs['номер_заявки']);
lead.setAllLiveTexAttrs({});
bot.sendMessage('Снова с вами бот. Заявка ' + attrs['номер_заявки'] + ' закрыта.');
bot.run({ script_code: 'main_menu' });
