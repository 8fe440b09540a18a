import { describe, expect, it } from 'vitest';
import type { FaultRecord } from '../../../runtime-shim/simulator/records.ts';
import { Journal } from '../../../runtime-shim/simulator/model/journal.ts';
import { createTestClock } from '../../support/test-clock.ts';

const fault = (on: boolean): FaultRecord => ({ name: 'slow', on });

describe('the journal', () => {
  it('sends a burst as one batch, and a record that changed twice once', async () => {
    const clock = createTestClock();
    const journal = new Journal(clock);
    const batches: unknown[] = [];
    journal.subscribe((batch) => batches.push(batch));
    journal.put('fault', 'slow', fault(true));
    journal.put('fault', 'slow', fault(false));
    journal.put('fault', 'down', { name: 'down', on: true });
    expect(batches).toEqual([]);
    await clock.advance(100);
    expect(batches).toEqual([
      {
        seq: 1,
        changes: [
          ['fault', 'slow', fault(false)],
          ['fault', 'down', { name: 'down', on: true }],
        ],
      },
    ]);
    expect(clock.pending()).toBe(0);
  });

  it('gives a page that was away exactly what it missed', () => {
    const journal = new Journal(createTestClock());
    journal.put('fault', 'slow', fault(true));
    journal.flush();
    const { seq } = journal;
    journal.put('fault', 'slow', fault(false));
    journal.remove('fault', 'slow');
    expect(journal.since(seq)).toEqual([{ seq: seq + 1, changes: [['fault', 'slow']] }]);
    expect(journal.since(seq + 1)).toEqual([]);
    expect(journal.snapshot()).toEqual({ seq: seq + 1, changes: [] });
  });

  it('says when a page was away too long, or comes from another time', () => {
    const journal = new Journal(createTestClock());
    for (let index = 0; index < 6_000; index++) {
      journal.put('fault', `key ${index}`, fault(true));
      journal.flush();
    }
    expect(journal.since(10)).toBeUndefined();
    expect(journal.since(5_990)).toHaveLength(10);
    expect(journal.since(7_000)).toBeUndefined();
    expect(journal.since(-1)).toBeUndefined();
  });

  it('forgets the oldest records beyond a limit, and tells the page', () => {
    const journal = new Journal(createTestClock());
    for (const key of ['a', 'b', 'c']) journal.put('fault', key, fault(true));
    journal.flush();
    expect(journal.trim('fault', 2)).toEqual(['a']);
    expect(journal.since(1)).toEqual([{ seq: 2, changes: [['fault', 'a']] }]);
    expect(journal.count('fault')).toBe(2);
  });
});
