import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { usePage } from '../state/page-context.ts';
import { Icon } from '../../../page/parts/pictures.tsx';

/** Items drawn at first, and added by each step back. Enough to fill any screen twice; thousands would slow the page. */
const STEP = 80;
/** So near to the end counts as at the end, px. */
const NEAR_END_PX = 48;
/** So near to the beginning, earlier items are added, px. */
const NEAR_START_PX = 120;

interface Props<Item> {
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string | number;
  readonly draw: (item: Item, before: Item | undefined) => ComponentChildren;
  readonly label: string;
  /** Announce new items to screen readers: for a conversation, not for a stream of technical events. */
  readonly announce: boolean;
  /** A selector: the arrow keys lead from one of these to the next, so that Tab need not go through all of them. */
  readonly rows?: string;
  /** Shown below the items, as part of them. */
  readonly after?: ComponentChildren;
  readonly empty: ComponentChildren;
  /** A change of this (another lead, another filter) goes back to the end. */
  readonly subject: string;
  /** Grows when the person writes: one's own message always shows, however far one had looked back. */
  readonly sent?: number;
}

/** Content or a box that changes its height moves the list to its new end at most, never further up. */
function hasLookedBack(element: HTMLElement, endTop: number): boolean {
  return element.scrollTop < Math.min(endTop, element.scrollHeight - element.clientHeight) - 1;
}

/** The arrow keys lead from row to row, Home and End to the first and the last that are there. */
function moveFocus(event: KeyboardEvent & { readonly currentTarget: HTMLElement }, selector: string | undefined): void {
  if (selector === undefined || !(event.target instanceof HTMLElement) || !event.target.matches(selector)) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>(selector)];
  const here = rows.indexOf(event.target);
  const wanted = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (wanted === undefined) return;
  event.preventDefault();
  rows[wanted]?.focus();
}

/** A list that grows at its end and stays there until the person looks back. Only the part near the end is in the page. */
export function WindowedLog<Item>(props: Props<Item>) {
  const { items, keyOf, draw, label, announce, after, empty, subject, sent } = props;
  const { texts } = usePage();
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  /** Where the list was when it was last known to be at its end. */
  const endTop = useRef(0);
  const boxHeight = useRef(0);
  const heightBefore = useRef<number | undefined>(undefined);
  const [limit, setLimit] = useState(STEP);
  const [away, setAway] = useState(false);

  const scrollToEnd = (element: HTMLElement): void => {
    element.scrollTop = element.scrollHeight;
    endTop.current = element.scrollTop;
  };
  /** Stays at the end, unless the person has begun to look back: the browser tells that only with its next frame. */
  const followEnd = (element: HTMLElement): void => {
    if (atEnd.current && !hasLookedBack(element, endTop.current)) scrollToEnd(element);
  };
  const toEnd = (): void => {
    atEnd.current = true;
    setAway(false);
    setLimit(STEP);
    if (box.current) scrollToEnd(box.current);
  };
  useLayoutEffect(toEnd, [subject, sent]);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    if (heightBefore.current !== undefined) {
      element.scrollTop += element.scrollHeight - heightBefore.current;
      heightBefore.current = undefined;
    } else {
      followEnd(element);
    }
  });
  // The box changes its height when a hint closes or a phone's keyboard opens: the end stays in view.
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => {
      boxHeight.current = element.clientHeight;
      followEnd(element);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const showEarlier = (): void => {
    if (box.current) heightBefore.current = box.current.scrollHeight;
    setLimit((present) => present + STEP);
  };
  const onScroll = (): void => {
    const element = box.current;
    if (element === null) return;
    // The browser's own scrolling as the box changes its height, before the observer above: nobody looked back.
    const isResized = element.clientHeight !== boxHeight.current;
    if (atEnd.current && isResized && !hasLookedBack(element, endTop.current)) return;
    atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX;
    if (atEnd.current) endTop.current = element.scrollTop;
    setAway(!atEnd.current);
    if (atEnd.current && limit > STEP) setLimit(STEP);
    else if (!atEnd.current && element.scrollTop < NEAR_START_PX && start > 0) showEarlier();
  };

  const start = Math.max(0, items.length - limit);
  const shown = items.slice(start);
  return (
    <div class="log-frame">
      <div
        class="log"
        ref={box}
        onScroll={onScroll}
        onKeyDown={(event) => moveFocus(event, props.rows)}
        role="log"
        aria-label={label}
        aria-live={announce ? 'polite' : 'off'}
        tabIndex={0}
      >
        {start > 0 && (
          <button type="button" class="plain earlier" onClick={showEarlier}>
            {texts.earlier}
          </button>
        )}
        {shown.map((item, index) => (
          <div class="log-item" key={keyOf(item)}>
            {draw(item, index === 0 ? items[start - 1] : shown[index - 1])}
          </div>
        ))}
        {after}
        {items.length === 0 && empty}
      </div>
      {away && (
        <button type="button" class="to-end" onClick={toEnd} aria-label={texts.newest} title={texts.newest}>
          <Icon name="down" />
        </button>
      )}
    </div>
  );
}
