const format = require('Business.Orders.Format');

lead.setLiveTexAttr({
  'заказ': format.number(705),
  'сумма': format.money(1250000),
});
bot.sendMessage('Ваш заказ ' + format.number(705) + ' на ' + format.money(1250000));
