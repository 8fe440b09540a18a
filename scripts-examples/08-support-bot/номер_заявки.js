attr = {
  'номер_заявки': 705,
  'имя_заявки': 'Test',
};
lead.setLiveTexAttr(attr);
