import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a setter on `Array.prototype[0]`, to catch what our code puts into lists',
  code: `const caught = [];
for (const i of [0, 1, 2]) Object.defineProperty(Array.prototype, i, { set(v) { Reflect.defineProperty(caught, caught.length, { value: typeof v, enumerable: true }); }, configurable: true });
livetex.hasOnlineOperators();
console.log("a", { b: 1 });
bot.sendMessage("x", [[{ text: "a", callback_data: "b" }]]);
lead.setLiveTexAttr({ k: 1 });
return caught.length;`,
  ends: ['ok'],
  returns: 0,
  run: { call: async () => 'true' },
};
