import { describe, expect, it } from 'vitest';
import { lintScript } from '../../../../runtime-shim/bot/check/lint-script.ts';

const KNOWN = { scripts: new Set(['start', 'operator']), libraries: new Set(['Common.Bot.Commands', 'Business.A.B']) };

function found(code: string): string[] {
  return lintScript('a.js', code, KNOWN).map(({ line, column, rule }) => `${line}:${column} ${rule}`);
}

describe('the lint of a script', () => {
  it('names asynchronous code, which the platform does not run', () => {
    expect(found('const f = async () => 1;\nlead.getAttr("x");\nasync function g() { await f(); }')).toEqual([
      '1:11 async',
      '3:1 async',
      '3:22 async',
    ]);
    expect(found('new Promise(r => r()); x.then(f); setTimeout(f, 1);')).toEqual([
      '1:1 async',
      '1:25 async',
      '1:35 timer',
    ]);
  });

  it('lets words be that only look so', () => {
    expect(found('a = { async: 1, await: 2 }; a.async; "await x"; // setTimeout(')).toEqual([]);
    expect(found('s.Promise.x; my.setTimeout(1); awaiting = asyncData;')).toEqual([]);
    expect(found('a = `x ${ "await x" } await`; /await x()/.test(a); d = a / b; // new Promise(')).toEqual([]);
    expect(
      found('function setTimeout() {} setTimeout(1); var Promise = { then: 1 }; Promise.x(); typeof setTimeout;'),
    ).toEqual([]);
  });

  it('knows the scripts and the libraries of the bot', () => {
    const code = [
      "bot.run({ script_code: 'operatr' });",
      "bot.run({script_code:'operator'}); bot.run({ script_code: code });",
      'bot.runScriptByCodeForLead( "gone", leadId); // script_code: \'x\'',
      "var c = require('Common.Bot.Commands'), d = require('Business.A.C'); snippet('Business.A.B')",
    ].join('\n');
    expect(found(code)).toEqual(['1:24 unknown-script', '3:29 unknown-script', '4:53 unknown-library']);
    expect(
      found("bot.scheduleJob({ script_code: 'gone' }); bot.runTriggerByCodeForLead('a', 1); lead.setPersonId(1);"),
    ).toEqual(['1:32 unknown-script', '1:43 unsupported', '1:80 unsupported']);
    const buttons = `bot.sendMessage('a', [{ text: 'b', line_num: 1 }]);
      bot.sendMessage('a', { 0: { 0: { text: 'b' } } }, { 0: { type: 'file', url: 'https://a' } }); bot.sendMessage('a', { 0: { txt: 'b' } });`;
    expect(found(buttons)).toEqual(['2:129 unknown-key']);
    const [first] = lintScript('a.js', code, KNOWN);
    expect(first?.message).toContain('did you mean "operator"?');
  });
});
