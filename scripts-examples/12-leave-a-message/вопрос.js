bot.sendMessage('Позову оператора.');
livetex.transferToOperator({ reason: 'Вопрос с сайта' });
