import { expect, test } from 'vitest';
import { createShares } from '../../../plugin/client/shares.ts';

/** Takes places by name and notes who may go. */
function stand(most: number) {
  const shares = createShares(most);
  const going: string[] = [];
  const take = (binding: string, name = binding): (() => void) => shares.take(binding, () => void going.push(name));
  return { take, going };
}

test('a binding that has nothing under way never waits, however many others have', () => {
  const { take, going } = stand(3);
  const leave = ['a', 'a', 'a', 'a', 'a'].map((binding, index) => take(binding, `a${index}`));
  expect(going).toEqual(['a0', 'a1', 'a2']);
  take('b');
  const leaveC = take('c');
  take('b', 'b1');
  expect(going).toEqual(['a0', 'a1', 'a2', 'b', 'c']);

  // Five are under way: two must end before there is room below three.
  leave[0]?.();
  leave[1]?.();
  expect(going).toHaveLength(5);
  // Of those that wait, `a` has none any more; then each has one, and the one that came first goes on.
  leave[2]?.();
  expect(going.slice(5)).toEqual(['a3']);
  leaveC();
  expect(going.slice(6)).toEqual(['a4']);
  leave[3]?.();
  expect(going.slice(7)).toEqual(['b1']);
});

test('whoever gave up waiting is not called, and a place is given back once', () => {
  const { take, going } = stand(1);
  const first = take('a');
  const second = take('a', 'second');
  take('a', 'third');
  second();
  first();
  first();
  expect(going).toEqual(['a', 'third']);
});
