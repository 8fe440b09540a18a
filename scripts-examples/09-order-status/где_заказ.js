var номер = lead.getAttr('номер_заказа') || '705';
var заказ = api.getJson('https://crm.example.com/orders/' + encodeURIComponent(номер));

if (api.getLastResponseCode() === 404) {
  bot.sendMessage('Заказа № ' + номер + ' нет. Проверьте номер.');
} else if (заказ === null) {
  console.warn('CRM не ответила:', api.getLastError());
  bot.sendMessage('Сейчас не получается узнать. Зову оператора.');
  livetex.transferToOperator();
} else {
  lead.setLiveTexAttr({ заказ: номер, состояние: заказ.state });
  bot.sendMessage('Заказ № ' + номер + ': ' + заказ.state + '.');
}
