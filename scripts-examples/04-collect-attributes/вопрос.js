lead.setLiveTexAttr({
  'вопрос': lead.getAttr('question'),
  'новый_клиент': !lead.isTagExist('клиент'),
});
lead.addTag('клиент');
