const rating = Number(lead.getAttr('rating'));
const last = livetex.getLastTransfer();

if (![1, 2, 3, 4, 5].includes(rating)) {
  bot.sendMessage('Это не похоже на оценку, но спасибо за разговор!');
  return;
}

// Останется в истории LiveTex, следующий оператор этого не увидит.
lead.setLiveTexHiddenAttr('оценка', rating);
console.log('оценка', rating, 'оператор', last === null ? '' : last.operator);
bot.sendMessage(rating > 3 ? 'Спасибо! Передадим оператору.' : 'Спасибо, что сказали. Разберёмся.');
