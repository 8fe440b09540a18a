import { afterAll, describe, expect, it } from 'vitest';
import { MAX_REASON_LENGTH } from '../../../plugin/contract/events.ts';
import { MAX_GROUP_NAME, MAX_RESERVE } from '../../../plugin/contract/groups.ts';
import { MAX_GROUP, MAX_NOTE, MAX_REASON, MAX_RESERVE_GROUPS } from '../../../plugin/guest/transfer-wishes.guest.ts';
import { MAX_TEXT_LENGTH } from '../../../plugin/contract/message.ts';
import { createScriptRunner } from '../../support/sandbox-under-test.ts';

const scripts = createScriptRunner();
afterAll(() => scripts.close());

async function wishes(code: string): Promise<unknown> {
  const result = await scripts.run(code);
  if (!result.ok) return `${result.error.code}: ${result.error.message}`;
  return result.actions.map((action) => (action.type === 'plugin' ? action.action : action));
}

describe('livetex.transferToOperator', () => {
  it('takes a group, an object, and nothing', async () => {
    expect([MAX_REASON, MAX_GROUP, MAX_RESERVE_GROUPS]).toEqual([MAX_REASON_LENGTH, MAX_GROUP_NAME, MAX_RESERVE]);
    const all = { group: 'Продажи', reserve: ['Дежурные', '30'], ignoreOffline: true, reason: 'оплата' };
    const asked = (given: object): unknown => [{ action: 'transferToOperator', wishes: given }];
    expect(await wishes(`livetex.transferToOperator({ reason: 'оплата' })`)).toEqual(asked({ reason: 'оплата' }));
    expect(await wishes(`livetex.transferToOperator({ reason: null })`)).toEqual(asked({}));
    expect(await wishes(`livetex.transferToOperator()`)).toEqual(asked({}));
    expect(await wishes(`livetex.transferToOperator('Продажи')`)).toEqual(asked({ group: 'Продажи' }));
    expect(await wishes(`livetex.transferToOperator(54321)`)).toEqual(asked({ group: '54321' }));
    const given = `{ group: 'Продажи', reserve: ['Дежурные', 30], ignoreOffline: true, reason: 'оплата' }`;
    expect(await wishes(`livetex.transferToOperator(${given})`)).toEqual(asked(all));
  });

  it.each([
    [`{ reason: '' }`, '"reason" must be a text, got an empty string'],
    [`{ reason: 5 }`, '"reason" must be a text, got a number'],
    [`{ reason: 'я'.repeat(501) }`, '"reason" must be at most 500 characters'],
    [String.raw`{ reason: 'a\u0000' }`, 'without NUL'],
    [`{ причина: 'оплата' }`, 'knows only'],
    [`7.5`, '"group" must be a text, got a number'],
    [`''`, '"group" must be a text, got an empty string'],
    [`['оплата']`, 'got an array'],
    [`{ reserve: 'Дежурные' }`, '"reserve" must be a list of groups, got a string'],
    [`{ reserve: [null] }`, '"reserve" must be a text, got null'],
    [`{ reserve: Array(21).fill('a') }`, 'more than 20 groups'],
    [`{ ignoreOffline: 'да' }`, '"ignoreOffline" must be true or false, got a string'],
  ])('refuses %s with words that help, and asks for nobody', async (given, words) => {
    const told = await wishes(`livetex.transferToOperator(${given})`);
    expect(told).toContain('transfer_argument_invalid: livetex.transferToOperator');
    expect(told).toContain(words);
  });

  it('leaves a message with a group and a reason, and with nothing else', async () => {
    const asked = (given: object): unknown => [{ action: 'leaveMessage', wishes: given }];
    expect(await wishes(`livetex.leaveMessage()`)).toEqual(asked({}));
    expect(await wishes(`livetex.leaveMessage('Продажи')`)).toEqual(asked({ group: 'Продажи' }));
    expect(await wishes(`livetex.leaveMessage({ group: 7, reason: 'ночь' })`)).toEqual(
      asked({ group: '7', reason: 'ночь' }),
    );
    expect(await wishes(`livetex.leaveMessage({ ignoreOffline: true })`)).toContain(
      'livetex.leaveMessage: knows only group, reason',
    );
  });

  it('is not led astray by a script that changed the built-ins', async () => {
    const hostile = `
      Object.keys = () => ['x']; String.prototype.trim = () => ''; Array.isArray = () => true;
      Object.prototype.reason = 'чужое'; Object.defineProperty(Array.prototype, '0', { set() {} });
      Object.defineProperty = () => {}; Object.prototype.toJSON = () => 7;
      livetex.transferToOperator({ reason: 'оплата', reserve: ['Дежурные'] });`;
    const asked = { reason: 'оплата', reserve: ['Дежурные'] };
    expect(await wishes(hostile)).toEqual([{ action: 'transferToOperator', wishes: asked }]);
  });
});

describe('livetex.notifyOperator', () => {
  it('takes a text, or a number', async () => {
    expect(MAX_NOTE).toBe(MAX_TEXT_LENGTH);
    const code = `livetex.notifyOperator('тариф'); livetex.notifyOperator(7);`;
    expect(await wishes(code)).toEqual([
      { action: 'notifyOperator', text: 'тариф' },
      { action: 'notifyOperator', text: '7' },
    ]);
  });

  it.each([
    ['', 'got undefined'],
    [`' '`, 'got a string'],
    ['{}', 'got an object'],
    [`'x'.repeat(100_001)`, 'a longer one'],
    [String.raw`'\ud800'`, 'half of a surrogate pair'],
  ])('refuses (%s)', async (given, words) => {
    const told = await wishes(`livetex.notifyOperator(${given})`);
    expect(told).toContain('note_text_invalid: ');
    expect(told).toContain(words);
  });
});
