/**
 * What an author's editor must accept and what it must refuse, under the strictest settings. Compiled by
 * `script-author.test.ts`, never run: an `@ts-expect-error` without an error below it is an error.
 */

// Accepted, with exact types.
const attribute: string | number | boolean | null = lead.getLiveTexAttr('a');
const attributes: { [key: string]: string | number | boolean } = lead.getAllLiveTexAttrs();
const next: number = lead.getLiveTexAttr('a') + lead.getAllLiveTexAttrs()['b'];
const online: boolean = livetex.hasOnlineOperators();
const chained: string | null = lead
  .setLiveTexAttr({ a: 1, b: 'x', c: true, d: null })
  .setAttr('e', 1)
  .addTag('f')
  .getAttr('e');
const whole: number | null = lead.getIntAttr('a');
const yes: boolean = lead.getBoolAttr('a');
const tags: string[] = lead.getAllTags();
const sent: boolean = bot.sendMessage(
  'x',
  [[{ text: 'a', callback_data: 'b' }]],
  [{ type: 'file', url: 'https://a' }],
  null,
  true,
  false,
);
const kept: string | null = memory.setAttr('a', 1).getAttr('a');
const frozen: { readonly a: 1 } = { a: 1 };
lead.setLiveTexAttr(frozen).setAllLiveTexAttrs(frozen);
console.log(attribute, attributes, next, online, chained, whole, yes, tags, sent, kept);

// Refused.
// @ts-expect-error a key without a value
lead.setLiveTexAttr('a');
// @ts-expect-error `undefined` is no value
lead.setLiveTexAttr('a', undefined);
// @ts-expect-error an array is no value
lead.setLiveTexAttr({ a: [1] });
// @ts-expect-error a function is no value
lead.setLiveTexAttr({ a: () => 1 });
// @ts-expect-error a bigint is no value
lead.setLiveTexAttr('a', 1n);
// @ts-expect-error a key is a text
lead.setLiveTexAttr(5, 1);
// @ts-expect-error only an object, no key
lead.setAllLiveTexAttrs('a', 1);
// @ts-expect-error no such method
lead.setLivetexAttr({ a: 1 });
// @ts-expect-error an attribute may be absent
const text: string = lead.getAttr('a');
console.log(text);
// @ts-expect-error an object needs setJsonAttr
lead.setAttr('a', { b: 1 });
// @ts-expect-error a list of keys
lead.deleteAttrs(5);
// @ts-expect-error `true` or `false`
lead.setForwarded('yes');
// @ts-expect-error a button has a text
bot.sendMessage('x', [{ callback_data: 'a' }]);
// @ts-expect-error no such kind of file
bot.sendMessage('x', null, [{ type: 'photo', url: 'https://a' }]);
// @ts-expect-error an object with script_code
bot.run('start');
// @ts-expect-error the lead's id is missing
bot.runScriptByCodeForLead('start');
// @ts-expect-error its number, from `getScriptIdByCode`
bot.scheduleScript({ script_code: 'start' });
bot.sendMessage('x', { 0: { 0: { text: 'a' } }, 1: { 0: { text: 'b' } } }, { 0: { type: 'image', url: 'https://a' } });
bot.sendMessage('x', { 0: { text: 'a', line_num: 2 } });
bot.findLeads(['id'], [['name', '=', 'a']], [['id', 'asc']], '10');
// @ts-expect-error which script
bot.scheduleJob({ run_after_sec: 5 });
// @ts-expect-error it takes nothing
livetex.runTransferScript('online');
// @ts-expect-error it is no promise
livetex.hasOnlineOperators().then(() => undefined);
// @ts-expect-error the globals cannot be replaced
lead = null;
// @ts-expect-error nor can LiveTex
livetex = null;
// @ts-expect-error not in the sandbox
process.exit();
// @ts-expect-error not in the sandbox
setTimeout(() => undefined, 1);
