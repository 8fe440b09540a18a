const number = Number(bot.getAttr('number') || 700) + 1;
bot.setAttr('number', String(number));
lead.setAttr('number', String(number));
lead.setLiveTexAttr({ номер_заявки: number });
