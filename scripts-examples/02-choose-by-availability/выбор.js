if (livetex.hasOnlineOperators()) {
  bot.sendMessage('Операторы на месте.');
} else {
  bot.sendMessage('Сейчас операторов нет.');
}
// Запустит скрипт типа «Перевод на оператора (онлайн)» или «Перевод на оператора (оффлайн)».
livetex.runTransferScript();
