// По расписанию операторов (hours.json); без расписания рабочее время всегда.
if (livetex.isWorkingTime()) {
  bot.sendMessage('Соединяю с оператором.');
  livetex.transferToOperator({ reason: 'Позвал из меню' });
} else {
  bot.sendMessage('Мы работаем с 9 до 18. Передал ваш вопрос, ответят утром.');
  livetex.leaveMessage({ reason: 'Вопрос в нерабочее время' });
}
