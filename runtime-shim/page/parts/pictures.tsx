import type { ComponentChildren } from 'preact';

/** Paths on a 20×20 grid, drawn with the text's colour. Own drawings: no font, no picture from elsewhere. */
const PATHS = {
  send: 'M3.500 10h12M10.500 5l5 5-5 5',
  attach:
    'M14.500 9.200l-5 5a3.200 3.200 0 0 1-4.500-4.500l5.800-5.800a2.100 2.100 0 0 1 3 3L8.200 12.500a1 1 0 0 1-1.500-1.500l4.800-4.800',
  plus: 'M10 4v12M4 10h12',
  chat: 'M4 4.500h12v8.500H9l-3.500 3v-3H4z',
  close: 'M5.500 5.500l9 9M14.500 5.500l-9 9',
  back: 'M12 5l-5 5 5 5',
  down: 'M10 4v12M5 11l5 5 5-5',
  search: 'M9 14.500a5.500 5.500 0 1 0 0-11 5.500 5.500 0 0 0 0 11zM13 13l3.500 3.500',
  bolt: 'M11 2.500L4.500 11.500H9.500L8.500 17.500 15.500 8.500H10.500z',
  sun: 'M10 13.200a3.200 3.200 0 1 0 0-6.400 3.200 3.200 0 0 0 0 6.400zM10 2v1.800M10 16.200V18M2 10h1.800M16.200 10H18M4.300 4.300l1.300 1.300M14.400 14.400l1.300 1.300M15.700 4.300l-1.300 1.300M5.600 14.400l-1.300 1.300',
  moon: 'M16 12.200A6.500 6.500 0 0 1 7.800 4a6.500 6.500 0 1 0 8.200 8.200z',
  auto: 'M10 3a7 7 0 1 0 0 14zM10 3a7 7 0 0 1 0 14',
  code: 'M7 6l-4 4 4 4M13 6l4 4-4 4',
  tag: 'M3.500 4.500v5L11 17l6-6-7.500-7.500h-5a1 1 0 0 0-1 1zM7 7h.01',
  out: 'M4 10h11M11 6l4 4-4 4',
  in: 'M16 10H5M9 6l-4 4 4 4',
  person: 'M10 9.500a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 16.500c.6-3 3-4.500 6-4.500s5.400 1.500 6 4.500',
  bot: 'M5.500 8h9a1 1 0 0 1 1 1v5.500a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1zM10 8V5M10 4.500h.01M8 11.500h.01M12 11.500h.01M2.500 11v2M17.500 11v2',
  desk: 'M4 11.500V10a6 6 0 0 1 12 0v1.500M4 11.500a1.500 1.500 0 0 1 3 0v2a1.500 1.500 0 0 1-3 0zM13 11.500a1.500 1.500 0 0 1 3 0v2a1.500 1.500 0 0 1-3 0zM16 14.500c0 1.500-1.500 2.500-4 2.500',
  switch: 'M4 7h10M11 4l3 3-3 3M16 13H6M9 10l-3 3 3 3',
  retry: 'M15.500 8A6 6 0 1 0 16 11M16 4v4h-4',
  warn: 'M10 3.500l7 12.500H3zM10 8.500v3.500M10 14h.01',
  bell: 'M5.500 13.500V9a4.500 4.500 0 0 1 9 0v4.500l1.500 1h-12zM8.500 16.500a1.500 1.500 0 0 0 3 0',
  check: 'M4.500 10.500l3.500 3.500 7.500-8',
  file: 'M6 3h5l4 4v9.500a.5.500 0 0 1-.5.500h-8.500a.5.500 0 0 1-.5-.5V3.500A.5.500 0 0 1 6 3zM11 3v4h4',
  image: 'M4 4.500h12v11H4zM4 13l3.500-3.500L11 13l2-2 3 3M12.500 7.500h.01',
  silent: 'M4 8v4h2.500L10 15V5L6.500 8zM13 8.500l3 3M16 8.500l-3 3',
  power: 'M10 3v6M6 5.500a6 6 0 1 0 8 0',
  list: 'M7.500 5.500h9M7.500 10h9M7.500 14.500h9M3.500 5.500h.01M3.500 10h.01M3.500 14.500h.01',
  restart: 'M4.500 8A6 6 0 1 1 4 11M4 4v4h4',
  wire: 'M4 7h11M12 4l3 3-3 3M16 13H5M8 10l-3 3 3 3',
  bin: 'M4 6h12M8 6V4h4v2M5.500 6l.8 10.500h7.400L14.500 6M8.500 9v4.500M11.500 9v4.500',
  save: 'M10 3.500v9M6 9l4 4 4-4M4 16.500h12',
} as const;

export type IconName = keyof typeof PATHS;

/** A picture that only repeats what a text or a label says. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** Tints of `avatar.css`. */
const TINTS = 6;

/** Somebody's initials on a tint that stays theirs. */
export function Avatar({ name }: { readonly name: string }) {
  const initials = name
    .split(/\s+/u)
    .map((word) => Array.from(word).find((char) => /\p{L}|\p{N}/u.test(char)) ?? '')
    .join('')
    .slice(0, 2)
    .toUpperCase();
  const tint = Array.from(name).reduce((sum, char) => sum + (char.codePointAt(0) ?? 0), 0) % TINTS;
  return (
    <span class={`avatar tint-${tint}`} aria-hidden="true">
      {initials || '?'}
    </span>
  );
}

/** Nothing is here yet: says what will be, and what to do next. */
export function Empty(props: {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <Icon name={props.icon} />
      <h3>{props.title}</h3>
      <p>{props.text}</p>
      {props.children}
    </div>
  );
}
