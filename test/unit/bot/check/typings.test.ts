import { expect, it } from 'vitest';
import { authorTypings, findTypeScript, typeCheck } from '../../../../runtime-shim/bot/check/type-check.ts';

/** Every wrong line has its mark, and a mark without a mistake is a mistake (TS2578). */
const SCRIPT = `
lead.setLiveTexAttr({ 'номер_заявки': 705, имя: 'Test', новый: true, старое: null }).setLiveTexAttr('a', 1).addTag('b');
lead.setAllLiveTexAttrs({});
var value = lead.getLiveTexAttr('a'), all = lead.getAllLiveTexAttrs();
if (livetex.hasOnlineOperators()) livetex.runTransferScript(); else livetex.transferToOperator();
livetex.returnToBot();
lead.setAttr('a', 1).setJsonAttr('b', { c: [1] }).deleteAttrs(['a', 'b']).setForwarded(true);
var text = lead.getAttr('a') + lead.getChannelCode() + lead.getData('name') + lead.getAllTags().join();
bot.sendMessage('Здравствуйте', [[{ text: 'Да', callback_data: 'yes' }]], [{ type: 'image', url: 'https://example.com/a.png' }]);
bot.sendMessage(null, [[{ text: 'Нет' }]]);
bot.run({ script_code: 'start' }); bot.runScriptByCodeForLead('start', leadId); memory.setAttr('a', 'b');
console.log(botId, ticketId, personId, triggerId, bot.getWebhookPayload());
CommonBotCommands.sendText('a'); require('Common.Bot.Commands').sendText('b'); require('Business.A.B').anything();
// @ts-expect-error one key and no value
lead.setLiveTexAttr('a');
// @ts-expect-error an object is no value
lead.setLiveTexAttr('a', { b: 1 });
// @ts-expect-error an array is no value
lead.setLiveTexAttr({ a: [1] });
// @ts-expect-error no such method
lead.setLivetexAttr({ a: 1 });
// @ts-expect-error a group is a text or a number
livetex.transferToOperator(true);
// @ts-expect-error a text, not a number
lead.getAttr(1);
// @ts-expect-error a button has a text
bot.sendMessage('a', [{ callback_data: 'c' }]);
// @ts-expect-error a kind of file that there is not
bot.sendMessage('a', null, [{ type: 'picture', url: 'https://example.com' }]);
// @ts-expect-error the field is script_code
bot.run({ code: 'start' });
// @ts-expect-error the vendor's library has no such function
CommonBotCommands.sendTxt('a');
// @ts-expect-error a browser's timers are not here
setTimeout(function () {}, 1);
`;

it('let a script author do what works, and catch what does not', async () => {
  const typescript = await findTypeScript(import.meta.dirname);
  if (typescript === undefined) throw new Error('the checkout has TypeScript');
  expect(await typeCheck(typescript, [{ file: 'author.js', code: SCRIPT }], authorTypings())).toEqual([]);
});
