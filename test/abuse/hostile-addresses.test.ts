import { expect, test } from 'vitest';
import { json, startHttpServer } from '../support/http-server.ts';
import { startRuntime } from '../support/start-runtime.ts';

/**
 * Addresses by which a script, or a server that a script asks, tries to reach what it must not: this machine, the network
 * around it, the metadata of a cloud. The list has one name, and one server of this machine by its address.
 */
const server = (port: number): string => `http://127.0.0.1:${port}`;

/** Each with what stands for the port of the server that must not hear anything. */
const NEVER_ASKED = [
  'http://127.0.0.1:PORT/',
  'http://127.1:PORT/',
  'http://0x7f000001:PORT/',
  'http://2130706433:PORT/',
  'http://0177.0.0.1:PORT/',
  'http://127.0.0.1.:PORT/',
  'http://0.0.0.0:PORT/',
  'http://[::1]:PORT/',
  'http://[::]:PORT/',
  'http://[::ffff:127.0.0.1]:PORT/',
  'http://[::ffff:7f00:1]:PORT/',
  'http://[0:0:0:0:0:ffff:127.0.0.1]:PORT/',
  'http://localhost:PORT/',
  'http://LOCALHOST:PORT/',
  'http://localhost.:PORT/',
  'http://foo.localhost:PORT/',
  'http://①②⑦.0.0.1:PORT/',
  'http://user@127.0.0.1:PORT/',
  'http://crm.example.com@127.0.0.1:PORT/',
  'http://crm.example.com:80@127.0.0.1:PORT/',
  'http://127.0.0.1:PORT\\\\@crm.example.com/',
  'http://127.0.0.1:PORT#@crm.example.com/',
  'http:127.0.0.1:PORT/',
  'http:\\\\\\\\127.0.0.1:PORT/',
  'http://169.254.169.254/latest/meta-data/',
  'http://[fd00:ec2::254]/latest/meta-data/',
  'http://metadata.google.internal/',
  'http://10.0.0.1/',
  'http://192.168.0.1/',
  'https://xn--mrk-qua.example.com/',
  'https://crm.example.com:8443/',
  'http://crm.example.com/',
  'https://crm.example.com.evil.example/',
  'https://crm.example.com/v1/../../admin',
  'https://crm.example.com/v1/%2e%2e/admin',
  'https://crm.example.com/v1/..%2f..%2fadmin',
  'https://crm.example.com/v1/..%5cadmin',
  'https://crm.example.com/v2/',
  'https://crm.example.com/v1-of-others/',
  'https://@crm.example.com:443@evil.example/v1/',
  'file:///etc/passwd',
  'ftp://127.0.0.1/',
  'data:application/json,{}',
  'javascript:1',
  'unix:/var/run/docker.sock:/info',
  '//127.0.0.1:PORT/',
  '/v1/',
  '',
];

test('no hostile address is asked, and each is an error of the script', async () => {
  const silent = await startHttpServer(() => json({ reached: true }));
  const addresses = NEVER_ASKED.map((address) => address.replace('PORT', String(silent.port)));
  const code = `
    const address = ADDRESS;
    try { const body = api.getJson(address); bot.sendMessage('answered ' + JSON.stringify(body)); }
    catch (error) { bot.sendMessage(error.code); }`;
  const scripts = addresses.map((_, index) => ({
    code: index === 0 ? 'start' : `s${index}`,
    commands: [{ type: 'run_javascript', file: `${index}.js` }],
  }));
  const files = Object.fromEntries(
    addresses.map((address, index) => [`${index}.js`, code.replace('ADDRESS', () => JSON.stringify(address))]),
  );
  const routes = scripts.map(({ code: script }) => ({ regex: `^${script}$`, script }));
  const runtime = await startRuntime({ scripts, routes, files }, { api: { allow: ['https://crm.example.com/v1/'] } });
  await runtime.say('start');
  for (const { code: script } of scripts.slice(1)) await runtime.say(script);
  const said = (await runtime.chat()).filter((line) => line.startsWith('bot: '));
  const ends = Object.fromEntries(addresses.map((address, index) => [address, said[index]]));
  for (const [address, end] of Object.entries(ends)) {
    expect([address, end]).toEqual([address, expect.stringMatching(/^bot: (?:api_not_allowed|script_argument)$/)]);
  }
  expect(said).toHaveLength(addresses.length);
  expect([silent.requests.length, silent.connections()]).toEqual([0, 0]);
});

test('no redirect leads to a hostile address', async () => {
  const silent = await startHttpServer(() => json({ reached: true }));
  const addresses = NEVER_ASKED.map((address) => address.replace('PORT', String(silent.port))).filter(
    // These are addresses below the server's own.
    (address) => address !== '' && !/^(?:\/v1|\/\/|http:[^/\\])/.test(address),
  );
  const redirecting = await startHttpServer(({ url }) => ({
    status: 302,
    headers: { location: encodeURI(addresses[Number(url.slice(1))] ?? '').replaceAll('%25', '%') },
  }));
  const allow = [server(redirecting.port), 'https://crm.example.com/v1/'];
  const code = `
    const ends = [];
    for (let n = FROM; n < FROM + 20 && n < ${addresses.length}; n += 1) {
      const body = api.getJson('${redirecting.url}/' + n);
      ends.push([body, api.getLastResponseCode(), typeof api.getLastError()]);
    }
    bot.sendMessage(JSON.stringify(ends));`;
  const starts = [0, 20, 40];
  const scripts = starts.map((from) => ({
    code: from === 0 ? 'start' : `s${from}`,
    commands: [{ type: 'run_javascript', file: `${from}.js` }],
  }));
  const files = Object.fromEntries(starts.map((from) => [`${from}.js`, code.replaceAll('FROM', String(from))]));
  const routes = scripts.map(({ code: script }) => ({ regex: `^${script}$`, script }));
  const runtime = await startRuntime({ scripts, routes, files }, { api: { allow } });
  for (const { code: script } of scripts) await runtime.say(script);
  const ends = (await runtime.chat())
    .filter((line) => line.startsWith('bot: '))
    .flatMap((line) => JSON.parse(line.slice(5)) as unknown[]);
  expect(ends).toEqual(addresses.map(() => [null, 302, 'string']));
  expect([silent.requests.length, silent.connections()]).toEqual([0, 0]);
});

test('a name of the list that turns out to be this machine is not connected to, whatever the list says of its path', async () => {
  const silent = await startHttpServer(() => json({ reached: true }));
  const url = `http://localhost:${silent.port}`;
  const code = `try { api.getJson('${url}/v1/'); } catch (error) { bot.sendMessage(error.code); }`;
  const runtime = await startRuntime(
    { scripts: [{ code: 'start', commands: [{ type: 'run_javascript', file: 'a.js' }] }], files: { 'a.js': code } },
    { api: { allow: [`${url}/v1/`] } },
  );
  await runtime.say('привет');
  expect(await runtime.chat()).toEqual(['lead: привет', 'bot: api_not_allowed']);
  expect(silent.connections()).toBe(0);
});
