/** A list that stays in order. Items must not change their place while they are in it. */
export interface SortedList<T> {
  add(item: T): void;
  remove(item: T): void;
  first(): T | undefined;
  /** Items from the first that is not before `bound`, in order. `undefined`: all. */
  from(isBefore: (item: T) => boolean): Iterable<T>;
  readonly size: number;
}

/** `compare` orders strictly: 0 only for the same item. */
export function createSortedList<T>(compare: (a: T, b: T) => number): SortedList<T> {
  const items: T[] = [];

  /** The place of the first item that is not before. */
  function search(isBefore: (item: T) => boolean): number {
    let low = 0;
    let high = items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const item = items[middle];
      if (item !== undefined && isBefore(item)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    add(item) {
      items.splice(
        search((other) => compare(other, item) < 0),
        0,
        item,
      );
    },
    remove(item) {
      const place = search((other) => compare(other, item) < 0);
      const found = items[place];
      if (found !== undefined && compare(found, item) === 0) items.splice(place, 1);
    },
    first: () => items[0],
    *from(isBefore) {
      for (let place = search(isBefore); place < items.length; place += 1) {
        const item = items[place];
        if (item !== undefined) yield item;
      }
    },
    get size() {
      return items.length;
    },
  };
}

/** Everything in the list. */
export const fromTheStart = (): boolean => false;

/** The first `limit` items that follow each other and satisfy `wanted`. */
export function takeWhile<T>(items: Iterable<T>, limit: number, wanted: (item: T) => boolean): T[] {
  const taken: T[] = [];
  for (const item of items) {
    if (taken.length >= limit || !wanted(item)) break;
    taken.push(item);
  }
  return taken;
}

/** By code points, the byte order of UTF-8; JavaScript's own order is by UTF-16 units. */
export function compareCodePoints(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let place = 0; place < end; place += 1) {
    if (a.charCodeAt(place) === b.charCodeAt(place)) continue;
    // Where two well-formed strings first differ inside a pair, the unit before it is the same, so the halves decide.
    return (a.codePointAt(place) ?? 0) - (b.codePointAt(place) ?? 0);
  }
  return a.length - b.length;
}
