import { expect, test } from 'vitest';
import { sharedWrites } from '../../../plugin/storage/postgres/many.ts';
import type { Statement } from '../../../plugin/storage/postgres/session.ts';
import {
  createSharedPort,
  type SharedPort,
  WAIT_FOR_EACH_OTHER,
} from '../../../plugin/storage/postgres/shared-port.ts';
import { WRITE } from '../../../plugin/storage/postgres/transaction.ts';

interface Sent {
  readonly name: string;
  readonly values: readonly unknown[];
}

/** A server that answers as it is told; what it is sent, in order. */
function serverOf(answer: (sent: Sent) => unknown[] = () => []): {
  readonly shared: SharedPort;
  readonly sent: Sent[];
} {
  const sent: Sent[] = [];
  const query = async (statement: Statement, values: readonly unknown[]): Promise<unknown[]> => {
    const one = { name: statement.name ?? '', values };
    sent.push(one);
    return answer(one);
  };
  const shared = createSharedPort({ query: query as never, send: () => undefined }, sharedWrites);
  return { shared, sent };
}

test('what several ask for in one turn goes out as one statement of each kind, and each gets its own answer', async () => {
  const { shared, sent } = serverOf(({ name, values }) => {
    if (name === 'remember_many') return [{ scope: 's', id: 'b' }];
    // In another order than they were asked for.
    return (values[1] as string[]).map((key, index) => ({ place: index + 1, key, version: '1' })).toReversed();
  });
  const members = ['c', 'a', 'b'].map((id) => ({ id, ...shared.share() }));
  const seen = await Promise.all(
    members.map(async ({ id, port, end, hasWritten }) => {
      const fresh = await port.query(WRITE.remember, [null, 's', id, '1']);
      const [record] = await port.query<{ key: string }>(WRITE.getRecord, ['records', id]);
      port.send(WRITE.enqueue, [null, ['q', 'q'], [id, `${id}2`], ['k', 'k'], ['1', '2']]);
      const wroteBefore = hasWritten();
      await end();
      return [id, fresh.length, record?.key, wroteBefore];
    }),
  );
  expect(seen).toEqual([
    ['c', 0, 'c', true],
    ['a', 0, 'a', true],
    ['b', 1, 'b', true],
  ]);
  expect(sent).toEqual([
    // Rows are locked in one order everywhere; who is answered first goes on first.
    { name: 'remember_many', values: [null, ['s', 's', 's'], ['a', 'b', 'c'], ['1', '1', '1']] },
    {
      name: 'records_for_update',
      values: [
        ['records', 'records', 'records'],
        ['a', 'b', 'c'],
      ],
    },
    {
      name: 'enqueue_jobs',
      values: [
        null,
        ['q', 'q', 'q', 'q', 'q', 'q'],
        ['a', 'a2', 'b', 'b2', 'c', 'c2'],
        ['k', 'k', 'k', 'k', 'k', 'k'],
        ['1', '2', '1', '2', '1', '2'],
      ],
    },
  ]);
});

test('who touches what another one has touched waits until that one has ended; its own statements keep their order', async () => {
  const { shared, sent } = serverOf(({ name }) =>
    name === 'record_for_update' ? [{ key: 'x', version: '1' }] : [{ version: '2' }],
  );
  const order: string[] = [];
  const [one, other] = [shared.share(), shared.share()];
  const work = async (name: string, { port, end }: typeof one): Promise<void> => {
    await port.query(WRITE.getRecord, ['records', 'x']);
    order.push(`${name} reads`);
    port.send(WRITE.deleteRecord, ['records', `${name} 1`]);
    port.send(WRITE.enqueue, [null, ['q'], ['lane'], ['k'], [name]]);
    await port.query(WRITE.updateRecord, ['records', 'x', name, 1]);
    order.push(`${name} writes`);
    await end();
  };
  await Promise.all([work('one', one), work('other', other)]);
  expect(order).toEqual(['one reads', 'one writes', 'other reads', 'other writes']);
  const each = ['record_for_update', 'delete_record', 'enqueue_jobs', 'update_record'];
  expect(sent.map(({ name }) => name)).toEqual([...each, ...each]);
});

test('what may touch anything waits for all others, and two of those would wait for each other: then all is given up', async () => {
  const { shared, sent } = serverOf(() => [{ key: 'x', version: '1' }]);
  const [first, second, third] = [shared.share(), shared.share(), shared.share()];
  const anything = { name: 'anything', text: '' };
  const alone = first.port.query(anything, []);
  await second.port.query(WRITE.getRecord, ['records', 'x']);
  expect(sent.map(({ name }) => name)).toEqual(['record_for_update']);
  await second.end();
  const alsoAlone = third.port.query(anything, []);
  await expect(Promise.all([alone, alsoAlone])).rejects.toThrow(WAIT_FOR_EACH_OTHER);
  await expect(shared.failed).rejects.toThrow(WAIT_FOR_EACH_OTHER);
  // The connection may be somebody else's by now.
  await expect(second.port.query(WRITE.getRecord, ['records', 'y'])).rejects.toThrow(WAIT_FOR_EACH_OTHER);
  expect(sent).toHaveLength(1);
});

test('a claim that was lost is the failure of the one who had it', async () => {
  const { shared } = serverOf(({ values }) => [{ place: (values[2] as string[]).indexOf('kept') + 1, goes_on: false }]);
  const [lost, kept] = [shared.share(), shared.share()];
  lost.port.send(WRITE.completeJob, [null, 'q', 'lost', 'claim', 1]);
  kept.port.send(WRITE.completeJob, [null, 'q', 'kept', 'claim', 2]);
  await Promise.all([kept.end(), expect(lost.end()).rejects.toThrow('claim lost')]);
  expect([lost.hasWritten(), kept.hasWritten()]).toEqual([false, true]);
});

test('what the server refuses is the failure of all', async () => {
  const { shared } = serverOf(() => {
    throw new Error('refused');
  });
  const [one, other] = [shared.share(), shared.share()];
  one.port.send(WRITE.enqueue, [null, ['q'], ['a'], ['k'], ['1']]);
  const read = other.port.query(WRITE.getRecord, ['records', 'x']);
  await expect(read).rejects.toThrow('refused');
  await expect(one.end()).rejects.toThrow('refused');
  await expect(shared.failed).rejects.toThrow('refused');
});
