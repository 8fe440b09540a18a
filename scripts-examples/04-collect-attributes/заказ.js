const number = Number(lead.getAttr('order'));
// Значение null удаляет атрибут: оператор не увидит выдуманного номера.
lead.setLiveTexAttr('номер_заказа', Number.isFinite(number) ? number : null);
