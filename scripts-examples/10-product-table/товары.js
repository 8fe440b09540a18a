var запрос = lead.getAttr('запрос') || 'чай';
var товары = table.find('products', ['name', 'price'], [['name', 'ilike', '%' + запрос + '%'], ['stock', '>', 0]], [['price', 'asc']], 3);

table.createItem('requests', { lead_id: leadId, text: запрос, found: товары.length });

if (товары.length === 0) {
  bot.sendMessage('Такого нет. Спросите иначе.');
} else {
  var строки = [];
  for (var i = 0; i < товары.length; i += 1) строки.push(товары[i].name + ' — ' + товары[i].price + ' ₽');
  bot.sendMessage(строки.join('\n'));
}
