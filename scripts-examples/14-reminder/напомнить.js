bot.sendMessage('Напоминаю: счёт № ' + request.json['счёт'] + ' ещё не оплачен.');
