import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`Object.prototype.toJSON`, to change what is stored',
  code: `Object.prototype.toJSON = () => "forged";
Array.prototype.toJSON = () => "forged";
lead.setAttr("a", "b");
lead.setLiveTexAttr({ k: 1 });
bot.sendMessage("x", [[{ text: "a", callback_data: "b" }]]);
livetex.transferToOperator();
return 1;`,
  ends: ['ok'],
  returns: 1,
  check: (result) => {
    const text = JSON.stringify(result);
    if (text.includes('forged') || !text.includes('"k":1')) throw new Error(text);
  },
};
