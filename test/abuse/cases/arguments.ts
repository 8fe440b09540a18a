import type { AbuseCases } from '../abuse-case.ts';

/** What a script hands to our functions. */
export const cases: AbuseCases = {
  'args-getter': {
    tries: 'a getter as an attribute',
    code: 'lead.setLiveTexAttr({ get a() { for (;;); } });',
    ends: ['attr_value_invalid'],
  },
  'args-giant-array': {
    tries: 'buttons without end',
    code: 'bot.sendMessage("x", new Proxy([], { get: (t, k) => (k === "length" ? 2 ** 32 : [{ text: "a", callback_data: "b" }]) }));',
    ends: ['script_argument', 'script_timeout'],
  },
  'args-hostile': {
    tries: 'arguments with hostile conversions',
    code: `const evil = { toString() { for (;;); }, valueOf() { for (;;); }, [Symbol.toPrimitive]() { for (;;); } };
const said = [];
for (const call of [() => lead.setAttr(evil, "a"), () => lead.setAttr("a", evil), () => lead.getAttr(evil), () => bot.sendMessage(evil), () => memory.setAttr("a", evil), () => require(evil), () => lead.addTag(evil), () => lead.setLiveTexAttr(evil, 1), () => lead.getData(evil), () => bot.runScriptByCodeForLead(evil, 1)]) { try { call(); said.push("accepted"); } catch (e) { if (typeof e.code !== "string") said.push(String(e)); } }
return said;`,
    ends: ['ok'],
    returns: [],
  },
  'args-json-loop': {
    tries: '`setJsonAttr` with an endless `toJSON`',
    code: 'lead.setJsonAttr("a", { toJSON() { for (;;); } });',
    ends: ['script_timeout'],
  },
  'args-link': {
    tries: 'links that are no links',
    code: String.raw`const said = [];
for (const url of ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "//host/x", "http://", "http:// x", "https://a\nb", {}, null]) { try { bot.sendMessage("x", null, [{ type: "image", url }]); said.push(url); } catch (e) { if (e.code !== "script_argument") said.push(e.code); } }
return said;`,
    ends: ['ok'],
    returns: [],
  },
  'args-proxy': {
    tries: 'a Proxy as attributes that changes its answers',
    code: `let n = 0;
lead.setLiveTexAttr(new Proxy({}, { ownKeys: () => ["a"], getOwnPropertyDescriptor: () => ({ value: (n += 1) > 1 ? {} : 1, enumerable: true, configurable: true }) }));
return lead.getLiveTexAttr("a");`,
    ends: ['ok'],
    returns: 1,
  },
  'args-proxy-throws': {
    tries: 'a Proxy as attributes that throws',
    code: 'lead.setLiveTexAttr(new Proxy({}, { ownKeys() { throw new Error("secret"); } }));',
    ends: ['attr_argument_invalid'],
  },
  'args-surrogate': {
    tries: 'half a surrogate pair as a text',
    code: String.raw`bot.sendMessage("\ud83d");`,
    ends: ['script_argument'],
    says: /surrogate/,
  },
  'buttons-proxy': {
    tries: 'rows of buttons that are empty for ever',
    code: String.raw`const row = [];
bot.sendMessage("x", new Proxy([], { get: (t, k) => (k === "length" ? 2 ** 32 : row) }));`,
    ends: ['script_timeout', 'script_argument'],
  },
  'json-attribute-deep': {
    tries: 'the same as a JSON attribute, which the host prints in a text of the bot',
    code: String.raw`let o = [];
for (let i = 0; i < 5000; i += 1) o = [o];
lead.setJsonAttr("a", o);`,
    ends: ['script_error'],
    says: /not as it should be|call stack/,
  },
  'proto-key': {
    tries: 'a key `__proto__`, everywhere a key can be',
    code: String.raw`const o = JSON.parse("{\"__proto__\": 1, \"a\": 2}");
lead.setLiveTexAttr(o);
lead.setLiveTexAttr("constructor", "x");
lead.setAttr("__proto__", "y");
bot.setAttr("__proto__", "z");
memory.setAttr("__proto__", "w");
lead.addTag("__proto__");
return [lead.getLiveTexAttr("__proto__"), lead.getAttr("__proto__"), bot.getAttr("__proto__"), memory.getAttr("__proto__"), lead.isTagExist("__proto__"), ({}).a === undefined, Object.keys(lead.getAllLiveTexAttrs()).length];`,
    ends: ['ok'],
    returns: [1, 'y', 'z', 'w', true, true, 3],
  },
  'raw-json': {
    tries: '`JSON.rawJSON`, which writes what no value could',
    code: String.raw`lead.setJsonAttr("a", JSON.rawJSON("1e999"));
return [JSON.rawJSON("1e999") , 1, (() => { try { return JSON.rawJSON('],"forged":[1'); } catch (e) { return e.name; } })()];`,
    ends: ['ok'],
    check: (result) => {
      if (!result.ok || JSON.stringify(result.returned) !== '[null,1,"SyntaxError"]')
        throw new Error(JSON.stringify(result));
    },
  },
};
