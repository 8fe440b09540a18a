/** The chat behind the button: wires a talk, the window that shows it, and what the browser tells. */
import { render } from 'preact';
import style from './chat.css';
import { ChatWindow } from './chat-window.tsx';
import { keptInBrowser } from './kept.ts';
import type { MountedChat, Mounting } from './settings.ts';
import { beep } from './sound.ts';
import { Talk } from './talk.ts';
import type { Line } from './talk-shapes.ts';
import { TEXTS } from './texts.ts';
import { titleWithCount } from './title.ts';

/** @public Called by the launcher, which loads this file when it is first needed. */
export function mount({ root, host, settings, shown, unread }: Mounting): MountedChat {
  const { base, language, isPage } = settings;
  const texts = TEXTS[language];
  const kept = keptInBrowser();
  const talk = new Talk(base, {
    fetch: (url, init) => fetch(url, init),
    kept,
    now: () => Date.now(),
    newId,
    after: (ms, act) => {
      const timer = setTimeout(act, ms);
      return () => clearTimeout(timer);
    },
  });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const place = document.createElement('div');
  root.append(place);

  let isOpen = false;
  let isSoundOn = kept.get(`${base}sound`) === 'on';
  /** The site's own scripts have been told of lines up to here. */
  let toldUpTo = 0;
  const listeners = new Set<(line: Line) => void>();
  const setTitle = titleWithCount(document);

  const isSeen = (): boolean => isOpen && document.visibilityState === 'visible';
  const draw = (): void => {
    render(
      <ChatWindow
        talk={talk}
        texts={texts}
        settings={settings}
        isOpen={isOpen}
        isSoundOn={isSoundOn}
        kept={kept}
        onClose={() => setOpen(false)}
        onSound={() => {
          isSoundOn = !isSoundOn;
          kept.set(`${base}sound`, isSoundOn ? 'on' : null);
          if (isSoundOn) beep();
          draw();
        }}
      />,
      place,
    );
  };
  const setOpen = (open: boolean): void => {
    if (isOpen === open || (isPage && !open)) return;
    isOpen = open;
    if (open) talk.start();
    shown(open);
    changed();
  };
  const changed = (): void => {
    // What has been read, here or elsewhere, is no news; nor is anything before it is known what was read.
    const from = Math.max(toldUpTo, talk.readUpTo);
    const news = talk.isCaughtUp ? talk.lines.filter((line) => line.seq > from && line.from !== 'lead') : [];
    toldUpTo = talk.isCaughtUp ? talk.lastSeq : 0;
    for (const line of news) for (const listener of listeners) listener(line);
    if (news.length > 0 && isSoundOn && !isSeen()) beep();
    if (isSeen()) {
      const before = talk.unread;
      talk.markRead();
      // Other tabs hear of it by what the browser keeps.
      if (before > 0) kept.set(`${base}read`, String(talk.lastSeq));
    }
    unread(talk.unread);
    setTitle(talk.unread);
    draw();
  };
  talk.onChange(changed);
  const wake = (): void => {
    if (document.visibilityState !== 'visible') return;
    talk.wake();
    changed();
  };
  document.addEventListener('visibilitychange', wake);
  addEventListener('pageshow', wake);
  addEventListener('focus', wake);
  addEventListener('online', () => talk.wake());
  addEventListener('offline', () => talk.lost());
  addEventListener('storage', ({ key, newValue }) => {
    if (key === `${base}session`) talk.sessionChanged();
    if (key === `${base}read`) talk.readElsewhere(Number(newValue));
  });
  followViewport(host);
  // Somebody who has talked before hears of what is new without opening it.
  if (talk.isKnown) talk.start();
  changed();
  if (isPage) furnishPage(settings.title ?? texts.title, sheet, host);

  return {
    open: () => setOpen(true),
    close: () => setOpen(false),
    toggle: () => setOpen(!isOpen),
    identify: (identity) => talk.identify(identity),
    onMessage(listener) {
      const told = ({ from, text }: Line): void => listener({ from, ...(text === undefined ? {} : { text }) });
      listeners.add(told);
      return () => listeners.delete(told);
    },
  };
}

/** The page around it, which has no style of its own. */
function furnishPage(title: string, sheet: CSSStyleSheet, host: HTMLElement): void {
  document.title = title;
  document.documentElement.lang = host.lang;
  const ground = new CSSStyleSheet();
  ground.replaceSync(`${[...sheet.cssRules]
    .map((rule) => rule.cssText.replace(':host {', ':root {'))
    .filter((text) => text.startsWith(':root {'))
    .join('')}
    :root{color-scheme:${host.dataset['theme'] === 'auto' ? 'light dark' : String(host.dataset['theme'])}}
    body{margin:0;background:var(--raised)}`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, ground];
}

/** `randomUUID` is there on secure pages only. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** On a phone the keyboard takes a part of the page: the chat takes what is left, so that its field is seen. */
function followViewport(host: HTMLElement): void {
  const { visualViewport } = window;
  if (visualViewport === null) return;
  const follow = (): void => {
    host.style.setProperty('--seen-height', `${visualViewport.height}px`);
    host.style.setProperty('--seen-top', `${visualViewport.offsetTop}px`);
  };
  visualViewport.addEventListener('resize', follow);
  visualViewport.addEventListener('scroll', follow);
  follow();
}
