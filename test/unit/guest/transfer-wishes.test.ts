import { afterAll, describe, expect, it } from 'vitest';
import { MAX_REASON_LENGTH } from '../../../plugin/contract/events.ts';
import { MAX_REASON } from '../../../plugin/guest/transfer-wishes.guest.ts';
import { createScriptRunner } from '../../support/sandbox-under-test.ts';

const scripts = createScriptRunner();
afterAll(() => scripts.close());

async function wishes(code: string): Promise<unknown> {
  const result = await scripts.run(code);
  if (!result.ok) return `${result.error.code}: ${result.error.message}`;
  return result.actions.map((action) => (action.type === 'plugin' ? action.action : action));
}

describe('livetex.transferToOperator', () => {
  it('takes a reason, and none', async () => {
    expect(MAX_REASON).toBe(MAX_REASON_LENGTH);
    const asked = (given: object): unknown => [{ action: 'transferToOperator', wishes: given }];
    expect(await wishes(`livetex.transferToOperator({ reason: 'оплата' })`)).toEqual(asked({ reason: 'оплата' }));
    expect(await wishes(`livetex.transferToOperator({ reason: null })`)).toEqual(asked({}));
    expect(await wishes(`livetex.transferToOperator()`)).toEqual(asked({}));
  });

  it.each([
    [`{ reason: '' }`, '"reason" must be a text, got an empty string'],
    [`{ reason: 5 }`, '"reason" must be a text, got a number'],
    [`{ reason: 'я'.repeat(501) }`, '"reason" must be at most 500 characters'],
    [String.raw`{ reason: 'a\u0000' }`, 'without NUL'],
    [`{ причина: 'оплата' }`, 'knows only'],
    [`7`, 'got a number'],
    [`['оплата']`, 'got an array'],
  ])('refuses %s with words that help, and asks for nobody', async (given, words) => {
    const told = await wishes(`livetex.transferToOperator(${given})`);
    expect(told).toContain('transfer_argument_invalid: livetex.transferToOperator');
    expect(told).toContain(words);
  });

  it('is not led astray by a script that changed the built-ins', async () => {
    const hostile = `
      Object.keys = () => ['x']; String.prototype.trim = () => ''; Array.isArray = () => true;
      Object.prototype.reason = 'чужое'; Object.prototype.toJSON = () => 7;
      livetex.transferToOperator({ reason: 'оплата' });`;
    expect(await wishes(hostile)).toEqual([{ action: 'transferToOperator', wishes: { reason: 'оплата' } }]);
  });
});
