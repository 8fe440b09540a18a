/** What a site loads: a button, and the chat behind it at the first click, or when there is something unread. Asks nobody before. */
import { inkOn } from './ink.ts';
import type { Mounting, MountedChat, WidgetApi, WidgetSettings } from './settings.ts';
import style from './launcher.css';

declare const CHAT_VERSION: string;

/** How often it is looked whether something is unread, ms, where the visitor has talked before. */
const LOOK_MS = 30_000;
const DEFAULT_COLOR = '#3450d8';
const SVG = 'http://www.w3.org/2000/svg';
const BUBBLE = 'M4 5h16v11H9l-5 4z';

const TEXTS = {
  ru: { open: 'Открыть чат', close: 'Закрыть чат', unread: 'непрочитанных' },
  en: { open: 'Open the chat', close: 'Close the chat', unread: 'unread' },
} as const;

function settingsOf(script: HTMLScriptElement): WidgetSettings {
  const isPage = script.dataset['page'] !== undefined;
  // A page of its own is told by its address: there is no script of a site to say it.
  const told = isPage ? Object.fromEntries(new URLSearchParams(location.search)) : {};
  const { language, theme, color = '', side, title, origins = '' } = Object.assign(told, script.dataset);
  const isRussian = language === 'ru' || (language !== 'en' && !/^en/i.test(navigator.language));
  return {
    base: script.src.replace(/\.js(\?.*)?$/, '/'),
    language: isRussian ? 'ru' : 'en',
    theme: theme === 'light' || theme === 'dark' ? theme : 'auto',
    color: /^#[\da-f]{6}$/i.test(color) ? color : undefined,
    side: side === 'left' ? 'left' : 'right',
    title,
    isPage,
    origins: origins.split(' ').filter((origin) => origin !== ''),
  };
}

function launch(settings: WidgetSettings): void {
  const { base, language, isPage, color = DEFAULT_COLOR } = settings;
  const texts = TEXTS[language];
  const host = document.createElement('div');
  host.id = 'metabot-widget';
  host.lang = language;
  host.dataset['theme'] = settings.theme;
  host.dataset['side'] = settings.side;
  if (isPage) host.dataset['page'] = '';
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`${style}:host{--accent:${color};--accent-ink:${inkOn(color)}}`);
  root.adoptedStyleSheets = [sheet];
  const button = document.createElement('button');
  const badge = document.createElement('span');
  if (!isPage) {
    button.type = 'button';
    button.className = 'launcher';
    const picture = document.createElementNS(SVG, 'svg');
    picture.setAttribute('viewBox', '0 0 24 24');
    picture.setAttribute('aria-hidden', 'true');
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', BUBBLE);
    picture.append(path);
    badge.className = 'badge';
    badge.hidden = true;
    button.append(picture, badge);
    button.addEventListener('click', () => void loaded().then((chat) => chat.toggle()));
    root.append(button);
  }
  let isOpen = false;
  let count = 0;
  const tell = (): void => {
    button.setAttribute('aria-expanded', String(isOpen));
    const more = count === 0 ? '' : `, ${texts.unread}: ${count}`;
    button.setAttribute('aria-label', isOpen ? texts.close : `${texts.open}${more}`);
    badge.textContent = count > 99 ? '99+' : String(count);
    badge.hidden = count === 0;
  };
  tell();
  const mounting: Mounting = {
    root,
    host,
    settings,
    shown(open) {
      if (isOpen && !open) button.focus();
      isOpen = open;
      host.toggleAttribute('data-open', open);
      tell();
    },
    unread(unread) {
      count = unread;
      tell();
    },
  };
  let chat: Promise<MountedChat> | undefined;
  const loaded = (): Promise<MountedChat> => {
    chat ??= (import(`${base}chat.js?v=${CHAT_VERSION}`) as Promise<{ mount(mounting: Mounting): MountedChat }>).then(
      (module) => module.mount(mounting),
      (error: unknown) => {
        // The next click tries again.
        chat = undefined;
        throw error;
      },
    );
    return chat;
  };
  const api: WidgetApi = {
    open: () => void loaded().then((one) => one.open()),
    close: () => void chat?.then((one) => one.close()),
    identify: async (identity) => (await loaded()).identify(identity),
    onMessage: (listener) => {
      let end: (() => void) | undefined;
      let isOver = false;
      void loaded().then((one) => {
        if (!isOver) end = one.onMessage(listener);
      });
      return () => {
        isOver = true;
        end?.();
      };
    },
  };
  Object.assign(window, { metabotWidget: api });
  listen(api, settings);
  document.body.append(host);
  dispatchEvent(new Event('metabot-widget'));
  if (isPage) api.open();
  else
    void look(
      base,
      () => chat !== undefined,
      () => void loaded(),
    );
}

/** The same by messages, for a page that has this one in a frame, and for frames of the site. */
function listen(api: WidgetApi, { origins, isPage }: WidgetSettings): void {
  addEventListener('message', ({ data, origin, source }: MessageEvent<unknown>) => {
    const isOurs = origin === location.origin || (isPage && origins.includes(origin));
    if (!isOurs || typeof data !== 'object' || data === null || !('metabotWidget' in data)) return;
    const command = data as { metabotWidget: unknown; identity?: Parameters<WidgetApi['identify']>[0] };
    const answer = (told: object): void => (source as Window | null)?.postMessage(told, origin);
    if (command.metabotWidget === 'open') api.open();
    if (command.metabotWidget === 'close') api.close();
    if (command.metabotWidget === 'identify') {
      void api.identify(command.identity ?? null).then((ok) => answer({ metabotWidget: 'identified', ok }));
    }
    if (command.metabotWidget === 'listen') {
      api.onMessage((message) => answer({ metabotWidget: 'message', message }));
    }
  });
}

/** Looks now and then whether something is unread: for a visitor who has talked before, while the page is seen, until the chat is there. */
async function look(base: string, isOver: () => boolean, found: () => void): Promise<void> {
  if (isOver()) return;
  try {
    const { token } = JSON.parse(localStorage.getItem(`${base}session`) ?? '{}') as { token?: string };
    if (token !== undefined && document.visibilityState === 'visible') {
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(`${base}messages?unread=1`, { headers, cache: 'no-store' });
      const { messages = [] } = (await response.json()) as { messages?: Array<{ from: string }> };
      if (messages.some(({ from }) => from !== 'lead')) return found();
    }
  } catch {
    // No storage, or no network: looked at again.
  }
  setTimeout(() => void look(base, isOver, found), LOOK_MS);
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement && !('metabotWidget' in window)) {
  const settings = settingsOf(script);
  // It may run before there is a body.
  if (document.body === null) addEventListener('DOMContentLoaded', () => launch(settings), { once: true });
  else launch(settings);
}
