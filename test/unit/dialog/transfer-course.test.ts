import { describe, expect, it } from 'vitest';
import type { DialogEvent } from '../../../plugin/contract/dialog.ts';
import { lastTransferOf, loadDialog } from '../../../plugin/dialog/dialog-state.ts';
import {
  groupIn,
  ANNA,
  BORIS,
  closed,
  leadSays,
  operatorDialog,
  startDialog,
  text,
  waitingDialog,
} from './dialog-run.ts';

const RETURN = { type: 'ReturnRequested' } as const;
const timer = (name: 'transfer' | 'pickup' | 'reply', number = 0): DialogEvent => ({
  type: 'TimerFired',
  timer: name,
  transfer: 1,
  number,
});

describe('every end of a transfer has a reason', () => {
  const waits = { pickupMs: 1_000, replyMs: 1_000, scripts: ['return' as const] };
  const asked = (): ReturnType<typeof startDialog> => {
    const run = startDialog(waits);
    run.feed({ type: 'TransferRequested' });
    return run;
  };
  it.each<[string, string, () => ReturnType<typeof startDialog>, DialogEvent[]]>([
    ['operator', 'closed the dialog', () => operatorDialog(waits), [closed()]],
    ['operator', 'closed it unopened', () => waitingDialog(waits), [closed()]],
    ['operator', 'typed /bot, and there is no script', operatorDialog, [text('/bot')]],
    [
      'operator',
      'typed /bot, and its script returned the dialog',
      () => operatorDialog(waits),
      [text('/bot'), { ...RETURN, scriptType: 'return' }],
    ],
    ['script', 'while an operator has it', () => operatorDialog(waits), [RETURN]],
    ['script', 'before LiveTex took it', asked, [RETURN]],
    [
      'script',
      'another than the one of /bot',
      () => operatorDialog(waits),
      [text('/bot'), { ...RETURN, scriptType: 'standard' }],
    ],
    ['script', 'whoever runs the bot', () => operatorDialog(waits), [{ ...RETURN, reason: 'привязка удалена' }]],
    ['pickup_timeout', 'nobody opened it', () => waitingDialog(waits), [timer('pickup')]],
    ['reply_timeout', 'the operator was silent', () => operatorDialog(waits), [timer('reply', 1)]],
    ['refused', 'LiveTex said no', asked, [{ type: 'SelectionRefused', transfer: 1, reason: 'no' }]],
    ['refused', 'LiveTex did not answer', asked, [timer('transfer')]],
  ])('%s: %s', (endedBy, _, begin, events) => {
    const run = begin();
    expect(run.state.lastTransfer).toMatchObject({ endedBy: null, endedAt: null });
    run.now += 500;
    run.feed(...events);
    expect(run.state.mode).toBe('bot');
    expect(lastTransferOf(run.state)).toMatchObject({ number: 1, endedBy, endedAt: run.now });
  });
});

describe('the course of a transfer', () => {
  it('keeps who asked for what, when it came how far, with whom, and how much was said', () => {
    const run = startDialog({ availability: { groups: [{ ...groupIn('g1', false), name: 'Поддержка' }] } });
    expect(lastTransferOf(run.state)).toBeNull();
    run.feed(leadSays('до перевода'), { type: 'TransferRequested', reason: 'оплата' });
    const requestedAt = run.now;
    run.now += 10;
    run.feed({ type: 'Selected', transfer: 1, notBefore: null }, leadSays('ау'));
    run.now += 20;
    run.feed({ type: 'EmployeeRead', at: null, employee: ANNA });
    run.now += 30;
    run.feed(text('Здравствуйте'), text('Слушаю'), leadSays('спасибо'));
    run.now += 40;
    run.feed(text('Теперь я', BORIS));
    const open = {
      number: 1,
      reason: 'оплата',
      group: 'Поддержка',
      operator: 'Борис',
      requestedAt,
      acceptedAt: requestedAt + 10,
      connectedAt: requestedAt + 30,
      answeredAt: requestedAt + 60,
      endedAt: null,
      endedBy: null,
    };
    expect(lastTransferOf(run.state)).toEqual(open);
    run.feed(closed(), leadSays('после'));
    expect(lastTransferOf(run.state)).toEqual({ ...open, endedAt: run.now, endedBy: 'operator' });
    expect(run.state.lastTransfer).toMatchObject({ messages: { lead: 2, operator: 3 }, operators: 'none' });

    run.feed({ type: 'TransferRequested' });
    expect(lastTransferOf(run.state)).toMatchObject({ number: 2, reason: null, operator: null, endedBy: null });
  });

  it('of a dialog that an older version stored begins with what is known', () => {
    const run = startDialog();
    const { lastTransfer: _, ...older } = operatorDialog().state;
    run.state = loadDialog(JSON.parse(JSON.stringify(older)));
    expect(lastTransferOf(run.state)).toBeNull();
    run.feed(closed());
    expect(lastTransferOf(run.state)).toMatchObject({
      number: 1,
      group: 'g1',
      operator: ANNA.name,
      requestedAt: null,
      acceptedAt: run.now,
      endedBy: 'operator',
    });
  });
});
