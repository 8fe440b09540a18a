const order = { number: 705, name: 'Test' };

console.log('Заказ', order.number);
bot.sendMessage('Передаю заказ оператору.');
lead.setLiveTexAttr('заказ', order);
