import { describe, expect, it } from 'vitest';
import { fromWebhook } from '../../../plugin/dialog/from-webhook.ts';
import {
  ANNA,
  BORIS,
  botSays,
  closed,
  leadSays,
  operatorDialog,
  short,
  startDialog,
  text,
  waitingDialog,
} from './dialog-run.ts';

const read = (employee: { id: string; name: string }, at: number | null = null) =>
  ({ type: 'EmployeeRead', at, employee }) as const;
const file = (employee = ANNA) =>
  ({
    type: 'OperatorFile',
    at: null,
    employee,
    url: 'https://l/f.pdf',
    name: 'f.pdf',
    size: 3,
    comment: null,
  }) as const;

describe('operator connected', () => {
  it('by reading', () => {
    const run = waitingDialog();
    expect(short(run.feed(read(ANNA)))).toEqual(['notice:operatorConnected:Анна Котова']);
    expect(run.state).toMatchObject({ mode: 'operator', employee: { id: 'a' } });
  });

  it('by writing: the notice comes before the message', () => {
    const run = waitingDialog();
    expect(short(run.feed(text('Добрый день')))).toEqual([
      'notice:operatorConnected:Анна Котова',
      'show:Анна Котова:Добрый день',
    ]);
  });

  it('by a file', () => {
    const run = waitingDialog();
    expect(short(run.feed(file()))).toEqual([
      'notice:operatorConnected:Анна Котова',
      'file:Анна Котова:https://l/f.pdf',
    ]);
  });

  it('once per employee, and again at each change', () => {
    const run = operatorDialog();
    expect(run.feed(read(ANNA))).toEqual([]);
    expect(short(run.feed(text('Это Анна')))).toEqual(['show:Анна Котова:Это Анна']);
    expect(short(run.feed(read(BORIS)))).toEqual(['notice:operatorConnected:Борис']);
    expect(short(run.feed(text('Это Борис', BORIS)))).toEqual(['show:Борис:Это Борис']);
    expect(short(run.feed(read(ANNA)))).toEqual(['notice:operatorConnected:Анна Котова']);
  });

  it('an older event of the one before changes nothing, but its message is shown', () => {
    const run = waitingDialog();
    run.feed(read(ANNA, 100), read(BORIS, 300));
    expect(run.feed(read(ANNA, 200))).toEqual([]);
    expect(short(run.feed(text('Передаю Борису', ANNA, 250)))).toEqual(['show:Анна Котова:Передаю Борису']);
    expect(run.state.employee?.id).toBe('b');
  });
});

describe('an operator whom LiveTex does not name', () => {
  it('proves the selection all the same: the lead hears of the transfer before the message, and of the return after it', () => {
    const run = startDialog();
    run.feed({ type: 'TransferRequested' });
    expect(short(run.feed(text('Добрый день', null)))).toEqual([
      'unschedule:transfer',
      'forwarded:true',
      'notice:transferred',
      'show:-:Добрый день',
    ]);
    expect(run.state).toMatchObject({ mode: 'waiting', employee: null });
    expect(short(run.feed(text('/bot', null)))).toEqual(['notice:returned', 'forwarded:false']);
  });
});

describe('with an operator', () => {
  it('both sides reach each other', () => {
    const run = operatorDialog();
    expect(short(run.feed(leadSays('Вопрос')))).toEqual(['mirror:lead:Вопрос']);
    expect(short(run.feed(text('Ответ')))).toEqual(['show:Анна Котова:Ответ']);
    expect(short(run.feed({ type: 'HoldText', at: null, text: 'Подождите' }))).toEqual(['show:-:Подождите']);
    expect(short(run.feed(botSays('сказано до перевода')))).toEqual(['mirror:bot:сказано до перевода']);
  });

  it.each(['/bot', ' /BOT \n', '/Bot'])('%j runs the script of type Возврат, unseen by the lead', (typed) => {
    const run = operatorDialog({ scripts: ['return'] });
    expect(short(run.feed(text(typed)))).toEqual(['run:return:operator_command:during']);
    expect(run.state.mode).toBe('operator');
  });

  it('the dialog returns when that script says so, and the script does not run once more', () => {
    const run = operatorDialog({ scripts: ['return'] });
    expect(short(run.feed(text('/bot'), { type: 'ReturnRequested' }))).toEqual(['forwarded:false']);
    expect(run.feed({ type: 'ReturnRequested' })).toEqual([]);
  });

  it('/bot without such a script returns the dialog itself', () => {
    const run = operatorDialog();
    expect(short(run.feed(text('/bot')))).toEqual(['notice:returned', 'forwarded:false']);
    expect(run.state.mode).toBe('bot');
  });

  it('/operator runs the script of type Перевод на оператора, or says in the log that there is none', () => {
    const run = operatorDialog({ scripts: ['transfer'] });
    expect(short(run.feed(text('/operator')))).toEqual(['run:transfer:operator_command:during']);
    expect(short(operatorDialog().feed(text('/operator')))).toEqual(['log:info']);
  });

  it('a text that only mentions a command is a text', () => {
    expect(short(operatorDialog().feed(text('наберите /bot')))).toEqual(['show:Анна Котова:наберите /bot']);
  });
});

describe('what comes late, after the dialog went back', () => {
  it("an operator's message is shown and changes nothing; a command, a reading and a closing do nothing", () => {
    const run = operatorDialog({ scripts: ['return', 'transfer'] });
    run.feed(closed());
    const before = run.state;
    expect(short(run.feed(text('Я ещё здесь')))).toEqual(['show:Анна Котова:Я ещё здесь', 'log:info']);
    expect(short(run.feed(file()))).toEqual(['file:Анна Котова:https://l/f.pdf', 'log:info']);
    expect(short(run.feed(text('/bot')))).toEqual(['log:info']);
    expect(short(run.feed(text('/operator')))).toEqual(['log:info']);
    expect(short(run.feed({ type: 'HoldText', at: null, text: 'Подождите' }))).toEqual(['log:info']);
    expect(run.feed(read(BORIS), closed())).toEqual([]);
    expect(run.state).toBe(before);
  });

  it('an event stamped before the next transfer changes nothing in it', () => {
    const run = operatorDialog({ liveTexTime: 5_000, scripts: ['return'] });
    run.feed({ type: 'ReturnRequested' }, { type: 'TransferRequested' });
    run.feed({ type: 'Selected', transfer: 2, notBefore: 6_000 });
    const before = run.state;
    expect(run.feed(closed(5_999), read(BORIS, 5_999))).toEqual([]);
    expect(short(run.feed(text('прежний разговор', ANNA, 5_998)))).toContain('show:Анна Котова:прежний разговор');
    expect(short(run.feed(text('/bot', ANNA, 5_998)))).toEqual(['log:info']);
    expect(run.state).toBe(before);
    expect(short(run.feed(closed(6_000)))).toContain('notice:returned');
  });

  it('shows who has taken the second transfer, though its acceptance comes later and the clock of LiveTex is not known', () => {
    const run = operatorDialog({ liveTexTime: null });
    run.feed({ ...closed(), at: 5_000 }, { type: 'TransferRequested' });
    // What was written before the first one closed still proves nothing.
    expect(short(run.feed({ ...text('раньше'), at: 5_000 }))).not.toContain('notice:transferred');
    const shown = short(run.feed({ ...text('на связи'), at: 5_001 }));
    expect(shown.indexOf('notice:transferred')).toBeGreaterThanOrEqual(0);
    expect(shown.findIndex((line) => line.includes('на связи'))).toBeGreaterThan(shown.indexOf('notice:transferred'));
  });

  it('a clock of LiveTex that is known from long ago does not count older than the close before', () => {
    const run = operatorDialog({ liveTexTime: 1_000 });
    run.feed(closed(5_000), { type: 'TransferRequested' });
    expect(short(run.feed(text('из прежнего разговора', BORIS, 4_999)))).not.toContain('notice:transferred');
    run.feed({ type: 'Selected', transfer: 2, notBefore: 1_000 });
    const before = run.state;
    expect(run.feed(read(BORIS, 4_999), closed(5_000))).toEqual([]);
    expect(run.state).toBe(before);
    expect(short(run.feed(read(ANNA, 5_001)))).toEqual(['notice:operatorConnected:Анна Котова']);
  });

  it('while the second selection is on its way, only what is proved to be new connects', () => {
    const run = operatorDialog({ liveTexTime: null });
    run.feed({ type: 'ReturnRequested' }, { type: 'TransferRequested' });
    expect(short(run.feed(closed(9_000), read(ANNA, 9_000)))).toEqual([]);
    expect(short(run.feed(text('?', ANNA, 9_000)))).toContain('show:Анна Котова:?');
    expect(run.state.mode).toBe('transferring');
  });
});

describe('webhooks as events', () => {
  const now = Date.UTC(2026, 2, 1);
  const employee = { employee_id: 'a', first_name: 'Анна', last_name: 'Котова' };
  const common = { id: '1', user_id: 'b:telegram:1' };

  it('drops what is our own echo and what nobody caused', () => {
    const echo = { ...common, type: 'TextMessage', from: 'User', employee, timestamp: now, text: 'эхо' } as const;
    expect(fromWebhook(echo, now)).toBeUndefined();
    const echoedFile = {
      ...common,
      type: 'FileMessage',
      from: 'User',
      employee,
      timestamp: now,
      url: 'https://x/y',
    } as const;
    expect(fromWebhook(echoedFile, now)).toBeUndefined();
    const delivered = { ...common, type: 'MessageDelivered', message_id: 'm', timestamp: now } as const;
    expect(fromWebhook(delivered, now)).toBeUndefined();
  });

  it.each([0, -1, 1_700_000_000, 8.64e15, Number.MAX_VALUE, now + 48 * 3_600_000])(
    'a timestamp that cannot be true (%d) counts as unknown',
    (timestamp) => {
      expect(fromWebhook({ ...common, type: 'Closed', employee, timestamp }, now)).toEqual({
        type: 'Closed',
        at: null,
      });
    },
  );

  it('prefers the nick name and keeps names on one line', () => {
    const nick = { ...employee, nick_name: 'Ань\nка' };
    const event = fromWebhook({ ...common, type: 'TextMessage', employee: nick, timestamp: now, text: 'a' }, now);
    expect(event).toMatchObject({ employee: { name: 'Ань ка' } });
  });
});

describe('any other mode', () => {
  it('a new dialog shows texts of an operator who writes first', () => {
    expect(short(startDialog().feed(text('Здравствуйте')))).toEqual(['show:Анна Котова:Здравствуйте', 'log:info']);
  });
});
