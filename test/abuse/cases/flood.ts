import type { AbuseCases } from '../abuse-case.ts';

/** More messages, attributes, log lines and host calls than anybody wants. */
export const cases: AbuseCases = {
  'flood-attributes': {
    tries: 'attributes for ever',
    code: 'for (let i = 0; ; i += 1) lead.setAttr("key" + i, "value");',
    ends: ['script_host_calls', 'script_timeout'],
  },
  'flood-giant-attribute': {
    tries: 'one giant attribute',
    code: 'lead.setAttr("a", "x".repeat(5e6));',
    ends: ['script_result_too_large'],
  },
  'flood-host-calls': {
    tries: 'host calls for ever',
    code: 'for (;;) livetex.hasOnlineOperators();',
    ends: ['script_host_calls'],
    run: { call: async () => 'true' },
  },
  'flood-host-calls-caught': {
    tries: 'host calls for ever, with every refusal caught',
    code: 'for (;;) { try { livetex.hasOnlineOperators(); } catch (e) {} }',
    ends: ['script_timeout', 'script_deadline'],
    run: { call: async () => 'true' },
  },
  'flood-log': {
    tries: 'log lines for ever',
    code: 'for (let i = 0; ; i += 1) console.log("line", i, { i });',
    ends: ['script_timeout'],
    check: (result) => {
      if (result.log.length > 250) throw new Error(`${result.log.length} lines`);
    },
  },
  'flood-log-deep': {
    tries: 'a deep and wide object in the log',
    code: `let o = {};
for (let i = 0; i < 1e4; i += 1) o = { o, list: new Array(100).fill(o) };
console.log(o);
return 1;`,
    ends: ['ok'],
    returns: 1,
  },
  'flood-log-giant': {
    tries: 'giant log lines',
    code: `for (let i = 0; i < 300; i += 1) console.log("x".repeat(1e6), { a: "y".repeat(1e6) });
return 1;`,
    ends: ['ok', 'script_timeout'],
    check: (result) => {
      const chars = result.log.reduce((sum, line) => sum + line.text.length, 0);
      if (chars > 250_000) throw new Error(`${chars} characters`);
    },
  },
  'flood-log-hostile': {
    tries: 'objects that fight against being printed',
    code: `console.log(new Proxy({}, { ownKeys() { throw 1; } }), { get a() { for (;;); } }, Object.create({ get b() { for (;;); } }), new (class { get [Symbol.toStringTag]() { for (;;); } })());
return 1;`,
    ends: ['ok'],
    returns: 1,
  },
  'flood-messages': {
    tries: 'messages for ever',
    code: 'for (;;) bot.sendMessage("x");',
    ends: ['script_host_calls'],
  },
  'flood-messages-caught': {
    tries: 'messages for ever, with every refusal caught',
    code: `for (let i = 0; i < 1e4; i += 1) { try { bot.sendMessage("x"); } catch (e) {} }
return 1;`,
    ends: ['ok'],
    returns: 1,
    check: (result) => {
      if (!result.ok || result.actions.length > 200) throw new Error('too many actions');
    },
  },
  'flood-tags': {
    tries: 'tags for ever',
    code: 'for (let i = 0; i < 1e5; i += 1) lead.addTag("tag-with-a-long-name-" + i);',
    ends: ['script_host_calls', 'script_timeout'],
  },
  'system-attribute-giant': {
    tries: 'LiveTex attributes without end, each of them small',
    code: String.raw`for (let i = 0; ; i += 1) lead.setLiveTexAttr("key" + i, "value".repeat(100));`,
    ends: ['script_result_too_large', 'script_timeout'],
  },
  'system-attribute-key': {
    tries: 'one LiveTex attribute with a giant name',
    code: String.raw`lead.setLiveTexAttr("k".repeat(900000), 1);`,
    ends: ['script_result_too_large'],
  },
  'writes-most': {
    tries: 'as many tiny attributes as may be written: what the server must read and merge',
    code: String.raw`for (let i = 0; i < 2000; i += 1) lead.setAttr(i.toString(36), "");
return 1;`,
    ends: ['ok'],
    returns: 1,
  },
  'writes-too-many': {
    tries: 'tiny attributes by the thousand, which together are small',
    code: String.raw`for (let i = 0; i < 20000; i += 1) bot.setAttr(i.toString(36), "");`,
    ends: ['script_host_calls'],
    says: /\b2000 writes/,
  },
  'writes-too-many-caught': {
    tries: 'the same with every refusal caught',
    code: String.raw`let refused = 0;
for (let i = 0; i < 2050; i += 1) { try { memory.setAttr(i.toString(36), ""); } catch (e) { refused += 1; } }
return refused;`,
    ends: ['ok'],
    returns: 50,
    check: (result) => {
      if (!result.ok || Object.keys(result.writes.memory).length !== 2_000) throw new Error('counted wrongly');
    },
  },
};
