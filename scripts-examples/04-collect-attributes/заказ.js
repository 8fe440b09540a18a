// Не число — null, а null удаляет атрибут: оператор не увидит выдуманного номера.
lead.setLiveTexAttr('номер_заказа', lead.getIntAttr('order'));
