import { expect, test } from 'vitest';
import { RecentList } from '../../../runtime-shim/emulator/request-log.ts';

test('keeps the newest in order, also after several rounds', () => {
  const list = new RecentList<number>(3);
  expect(list.list()).toEqual([]);
  const seen = [];
  for (let item = 1; item <= 8; item += 1) {
    list.add(item);
    seen.push(list.list());
  }
  expect(seen).toEqual([[1], [1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [4, 5, 6], [5, 6, 7], [6, 7, 8]]);
  list.clear();
  list.add(9);
  expect(list.list()).toEqual([9]);
});
