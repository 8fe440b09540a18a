import { describe, expect, it } from 'vitest';
import type { Activity } from '../../../plugin/contract/host.ts';
import type { RuntimeActivity } from '../../../runtime-shim/runtime/contract.ts';
import type { EntryRecord } from '../../../runtime-shim/simulator/records.ts';
import { Journal } from '../../../runtime-shim/simulator/model/journal.ts';
import { userOfLane } from '../../../runtime-shim/simulator/timeline/drafts-of-activity.ts';
import { MAX_ENTRIES, Timeline } from '../../../runtime-shim/simulator/timeline/timeline.ts';
import { createTestClock } from '../../support/test-clock.ts';

const LEAD = { botId: 'support', channel: 'telegram', externalId: 'a:b' };
const USER = 'support:telegram:a:b';
const TOKEN = 'secret-token-1';

function start(): {
  observe: (...activities: RuntimeActivity[]) => EntryRecord[];
  timeline: Timeline;
  journal: Journal;
} {
  const journal = new Journal(createTestClock());
  const timeline = new Timeline(journal, () => [TOKEN]);
  return {
    journal,
    timeline,
    observe: (...activities) => {
      for (const activity of activities) timeline.observe(activity);
      return journal.list('entry');
    },
  };
}

let seq = 0;
function said(from: 'lead' | 'bot' | 'operator' | 'notice', text: string): RuntimeActivity {
  seq += 1;
  return { kind: 'message', at: seq, lead: LEAD, message: { seq, from, text, at: seq } };
}
function script(more: object = {}): RuntimeActivity {
  return {
    kind: 'script',
    at: 5,
    lead: LEAD,
    script: 'start',
    cause: 'новый лид',
    because: { code: 'new_lead' },
    log: [],
    ...more,
  };
}
function plugin(activity: object): RuntimeActivity {
  return { kind: 'plugin', at: 6, activity: { at: 6, binding: 'main', ...activity } as Activity };
}
function request(text: string, more: object = {}): RuntimeActivity {
  return plugin({
    kind: 'livetex_request',
    method: 'sendText',
    userId: USER,
    request: { user_id: USER, text },
    status: 200,
    durationMs: 3,
    ...more,
  });
}

describe('the timeline', () => {
  it('hangs all that a message caused under it', () => {
    const { observe } = start();
    const entries = observe(
      said('lead', 'привет'),
      script({ attributes: { sys_livetex_attrs: { номер_заявки: 705 } } }),
      said('bot', 'Здравствуйте!'),
      request('👤\nпривет'),
      request('🤖\nЗдравствуйте!'),
      plugin({ kind: 'mode', userId: USER, from: 'bot', to: 'transferring', transfer: 1, cause: 'x' }),
    );
    expect(entries.map((entry) => [entry.facts.kind, entry.parent, entry.chain])).toEqual([
      ['lead_message', undefined, 1],
      ['script', 1, 1],
      ['attributes', 2, 1],
      ['message', 2, 1],
      ['request', 1, 1],
      ['request', 4, 1],
      ['mode', 2, 1],
    ]);
  });

  it('hangs the file of a script that had asked under the answer, so that its error leads there', () => {
    const { observe } = start();
    const error = { code: 'script_error', message: 'x', file: 'телефон.js', line: 1, column: 1 };
    const entries = observe(
      said('lead', 'перезвоните мне'),
      script({ script: 'ask_phone', file: undefined }),
      said('bot', 'Ваш телефон?'),
      said('lead', '12'),
      script({ script: 'ask_phone', file: 'телефон.js', error }),
      script({ script: 'main_menu', file: undefined }),
      script({ script: 'main_menu', file: 'меню.js' }),
    );
    expect(entries.map((entry) => entry.parent)).toEqual([undefined, 1, 2, undefined, 4, 4, 6]);
    expect(entries[4]?.chain).toBe(4);
  });

  it('finds the message of a request that was held back for long, and of its repeats', () => {
    const { observe } = start();
    const entries = observe(
      said('lead', 'первое'),
      request('👤\nпервое', { status: 503, error: 'livetex_failed' }),
      said('lead', 'второе'),
      request('👤\nпервое'),
      request('👤\nвторое'),
    );
    expect(entries.map((entry) => entry.parent)).toEqual([undefined, 1, undefined, 1, 3]);
    expect(entries.map((entry) => entry.level)).toEqual(['info', 'error', 'info', 'info', 'info']);
  });

  it('leads from a message to its failed request and to the retry, not to what came in between', () => {
    const { observe } = start();
    const entries = observe(
      said('lead', 'раз'),
      request('👤\nраз', { status: null, error: 'livetex_unreachable' }),
      said('lead', 'два'),
      plugin({ kind: 'retry', queue: 'livetex:main', lane: USER, job: 'sendText', attempt: 1, error: 'x', nextAt: 9 }),
      plugin({ kind: 'webhook', userId: USER, outcome: 'ignored', event: { type: 'SelectDestination' } }),
      script(),
    );
    expect(entries.map((entry) => entry.parent)).toEqual([undefined, 1, undefined, 2, 2, 3]);
  });

  it('hangs a webhook under the operator’s action that it reports', () => {
    const { timeline, observe } = start();
    const act = (action: 'read' | 'reply') =>
      timeline.add({
        at: 1,
        userId: USER,
        level: 'info',
        facts: { kind: 'operator', action, operator: 'Мария', text: '' },
      });
    const read = act('read');
    const reply = act('reply');
    const employee = { employee_id: '1', first_name: 'Мария' };
    const entries = observe(
      plugin({ kind: 'webhook', userId: USER, outcome: 'stored', event: { type: 'MessageDelivered', employee } }),
      plugin({
        kind: 'webhook',
        userId: USER,
        outcome: 'stored',
        event: { type: 'TextMessage', employee, text: 'да' },
      }),
      said('operator', 'да'),
    );
    expect(entries.slice(2).map((entry) => entry.parent)).toEqual([read.id, reply.id, 4]);
    expect(entries[3]?.facts).toMatchObject({ text: 'Мария · да' });
  });

  it('never shows a token or a webhook key, in a line or in a detail', () => {
    const { observe, timeline, journal } = start();
    observe(
      request(`мой ${TOKEN}`, { response: { nested: [{ echo: `?key=${TOKEN}` }] }, error: `x ${TOKEN}` }),
      plugin({ kind: 'webhook', userId: USER, outcome: 'stored', event: { type: 'Closed', webhook_key: 'hush' } }),
    );
    const seen = JSON.stringify([journal.snapshot(), timeline.detail(1), timeline.detail(2)]);
    expect(seen).not.toContain(TOKEN);
    expect(seen).not.toContain('hush');
    expect(seen).toContain('•••');
  });

  it('keeps the error of a script with its place, and its log as detail', () => {
    const { observe, timeline } = start();
    const error = { code: 'script_error', message: 'x is not defined', file: 'номер.js', line: 3, column: 7 };
    const [entry] = observe(script({ error, log: [{ level: 'info', text: 'до ошибки' }] }));
    expect(entry).toMatchObject({ level: 'error', facts: { kind: 'script', error, logLines: 1 } });
    expect(timeline.detail(1)).toMatchObject({ log: [{ level: 'info', text: 'до ошибки' }] });
    expect(timeline.detail(99)).toBeUndefined();
  });

  it('bounds what an entry shows, however many texts a body has, and what all entries together do', () => {
    const { observe, timeline } = start();
    const response = Array.from({ length: 1_000 }, () => 'я'.repeat(5_000));
    const rounds = 400;
    for (let index = 0; index < rounds; index++) observe(request('раз', { response }));
    const sizes = Array.from({ length: rounds }, (_, at) => JSON.stringify(timeline.detail(at + 1)).length);
    expect(Math.max(...sizes)).toBeLessThan(200_000);
    expect(sizes.at(-1)).toBeGreaterThan(50_000);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(20_000_000);
    expect(timeline.detail(1)).toBeNull();
  });

  it('forgets the oldest entries', () => {
    const { observe, timeline } = start();
    for (let index = 0; index < MAX_ENTRIES + 10; index++) observe(said('lead', 'раз'));
    expect(observe()).toHaveLength(MAX_ENTRIES);
    expect(timeline.detail(10)).toBeUndefined();
    expect(timeline.detail(11)).toBeDefined();
  });

  it('knows the lead of a lane, whatever colons its id has', () => {
    expect(userOfLane(USER)).toBe(USER);
    expect(userOfLane(`main/${USER}`)).toBe(USER);
    expect(userOfLane(`main/support:vk:7/8`)).toBe('support:vk:7/8');
    expect(userOfLane('timers')).toBeUndefined();
  });
});
