import { apply, defineProperty, getOwnPropertyDescriptor, globalObject, now } from './intrinsics.guest.ts';

const { construct } = Reflect;

/** Lets the dates of this run begin at another moment, Unix ms: for a replay, which has the moment of its recording. */
export function moveDates(startsAt: number): void {
  const by = startsAt - now();
  const movedNow = (): number => now() + by;
  const { prototype } = Date;
  const moved = new Proxy(Date, {
    apply: () => construct(Date, [movedNow()]).toString(),
    construct: (target, given: unknown[], newTarget) =>
      construct(target, given.length === 0 ? [movedNow()] : given, newTarget) as object,
  });
  define(Date, 'now', { value: movedNow });
  define(prototype, 'constructor', { value: moved });
  define(globalObject, 'Date', { value: moved });
  // Without a date they say the time, too.
  const { prototype: formats } = Intl.DateTimeFormat;
  const { get: formatOf } = getOwnPropertyDescriptor(formats, 'format') as { get: () => unknown };
  const { formatToParts } = formats;
  define(formats, 'format', {
    get(this: unknown) {
      const format = apply(formatOf, this, []);
      return (date?: unknown) => apply(format, undefined, [date === undefined ? movedNow() : date]);
    },
  });
  define(formats, 'formatToParts', {
    value(this: unknown, date?: unknown) {
      return apply(formatToParts, this, [date === undefined ? movedNow() : date]);
    },
  });
}

function define(owner: object, name: string, change: PropertyDescriptor): void {
  const before = getOwnPropertyDescriptor(owner, name) as PropertyDescriptor;
  defineProperty(owner, name, { __proto__: null, ...before, ...change } as PropertyDescriptor);
}
