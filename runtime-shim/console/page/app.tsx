import type { ComponentType } from 'preact';
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { Appearance, type Theme } from '../../page/parts/appearance.tsx';
import { browserLanguage, type Language } from '../../page/parts/language.ts';
import { Parts } from '../../page/parts/parts-context.tsx';
import { Icon, type IconName } from '../../page/parts/pictures.tsx';
import { useStored } from '../../page/parts/setting.ts';
import { BotPage } from './bot/bot-page.tsx';
import { DialogsPage } from './dialogs/dialogs-page.tsx';
import { QueuePage } from './queue/queue-page.tsx';
import { ReportPage } from './report/report-page.tsx';
import { SystemPage } from './system/system-page.tsx';
import { AuditPage } from './audit/audit-page.tsx';
import { ChannelsPage } from './channels/channels-page.tsx';
import { Login } from './login.tsx';
import { type Answer, ask } from './state/api.ts';
import type { SessionView } from '../records/session-records.ts';
import { ConsoleContext, type ConsoleContextValue } from './state/console-context.ts';
import { en } from './texts/en.ts';
import { ru, type Texts } from './texts/ru.ts';

interface PageRow {
  readonly name: keyof Texts['pages'];
  readonly icon: IconName;
  readonly page: ComponentType<{ readonly rest: string }>;
  readonly forAdmins?: boolean;
}

/** The pages, in the order of their links. */
const PAGES: readonly [PageRow, ...PageRow[]] = [
  { name: 'channels', icon: 'switch', page: ChannelsPage },
  { name: 'dialogs', icon: 'person', page: DialogsPage },
  { name: 'queue', icon: 'list', page: QueuePage },
  { name: 'report', icon: 'image', page: ReportPage },
  { name: 'bot', icon: 'bot', page: BotPage },
  { name: 'system', icon: 'check', page: SystemPage },
  { name: 'audit', icon: 'tag', page: AuditPage, forAdmins: true },
];

/** The page that the address names, and what stands behind it: `#/dialogs/support/telegram/42`. */
function placeOf(hash: string): { readonly name: string; readonly rest: string } {
  const [, name = '', rest = ''] = /^#\/(\w*)\/?(.*)$/.exec(hash) ?? [];
  return { name, rest };
}

/** The whole console. */
export function App() {
  const [language, setLanguage] = useStored<Language>('console.language', browserLanguage(), 'local');
  const [theme, setTheme] = useStored<Theme>('console.theme', 'auto', 'local');
  /** `undefined`: not known yet; `null`: nobody has logged in. */
  const [session, setSession] = useState<SessionView | null | undefined>(undefined);
  const [connected, setConnected] = useState(true);
  const texts = language === 'ru' ? ru : en;

  useEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dataset['theme'] = theme;
    document.title = texts.title;
  }, [language, theme, texts]);

  const find = useCallback(async () => {
    const answer = await ask<SessionView>('GET', '/session');
    setConnected(answer.ok || answer.failure.status !== 0);
    if (answer.ok) setSession(answer.value);
    else if (answer.failure.status !== 0) setSession(null);
  }, []);
  useEffect(() => void find(), [find]);

  const switches = <Appearance theme={theme} onTheme={setTheme} onLanguage={setLanguage} />;
  return (
    <Parts value={language}>
      {session === undefined && (
        <main class="alone" aria-busy={connected}>
          <h1 class="visually-hidden">{texts.title}</h1>
          {!connected && (
            <p role="alert">
              {texts.offline}{' '}
              <button type="button" class="small" onClick={() => void find()}>
                {texts.again}
              </button>
            </p>
          )}
        </main>
      )}
      {session === null && <Login texts={texts} language={language} switches={switches} onSession={setSession} />}
      {session !== undefined && session !== null && (
        <Inside
          texts={texts}
          language={language}
          session={session}
          connected={connected}
          onConnected={setConnected}
          onOver={() => setSession(null)}
          switches={switches}
        />
      )}
    </Parts>
  );
}

interface InsideProps {
  readonly texts: Texts;
  readonly language: Language;
  readonly session: SessionView;
  readonly connected: boolean;
  readonly onConnected: (connected: boolean) => void;
  readonly onOver: () => void;
  readonly switches: preact.ComponentChild;
}

/** What somebody sees who is in: the links, and the page that was chosen. */
function Inside({ texts, language, session, connected, onConnected, onOver, switches }: InsideProps) {
  const [place, setPlace] = useState(() => placeOf(location.hash));
  const [said, setSaid] = useState<{ readonly text: string; readonly kind: 'done' | 'failed' } | null>(null);
  useEffect(() => {
    const move = (): void => setPlace(placeOf(location.hash));
    addEventListener('hashchange', move);
    return () => removeEventListener('hashchange', move);
  }, []);

  const context = useMemo<ConsoleContextValue>(
    () => ({
      texts,
      language,
      session,
      async ask<Value>(
        method: 'GET' | 'POST' | 'PUT' | 'DELETE',
        path: string,
        body?: unknown,
      ): Promise<Answer<Value>> {
        const answer = await ask<Value>(method, path, { body, csrf: session.csrf });
        onConnected(answer.ok || answer.failure.status !== 0);
        if (!answer.ok && answer.failure.code === 'console_login_needed') onOver();
        return answer;
      },
      say: (text, kind = 'done') => setSaid({ text, kind }),
    }),
    [texts, language, session, onConnected, onOver],
  );
  const pages = PAGES.filter(({ forAdmins }) => forAdmins !== true || session.role === 'admin');
  const { name, page: Page } = pages.find((one) => one.name === place.name) ?? PAGES[0];
  const leave = async (): Promise<void> => {
    await context.ask('DELETE', '/session');
    onOver();
  };

  return (
    <ConsoleContext value={context}>
      <a
        class="skip-link"
        href="#content"
        onClick={(event) => {
          event.preventDefault();
          document.querySelector<HTMLElement>('#content')?.focus();
        }}
      >
        {texts.skip}
      </a>
      <div class="console">
        <header class="side">
          <div class="side-title">
            <img src="/console/icon.svg" alt="" width="28" height="28" />
            <div>
              <strong>{texts.title}</strong>
              <p class="quiet">
                {session.way === 'machine' ? texts.thisMachine : session.name} · {texts.roles[session.role]}
              </p>
            </div>
          </div>
          <nav aria-label={texts.nav}>
            <ul>
              {pages.map((one) => (
                <li key={one.name}>
                  <a href={`#/${one.name}`} aria-current={one.name === name ? 'page' : undefined}>
                    <Icon name={one.icon} />
                    {texts.pages[one.name]}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          <div class="side-end">
            {switches}
            {session.way === 'session' && (
              <button type="button" class="bar-button" title={texts.logOut} onClick={() => void leave()}>
                <Icon name="out" />
                <span class="visually-hidden">{texts.logOut}</span>
              </button>
            )}
          </div>
        </header>
        <main id="content" tabIndex={-1}>
          {!connected && (
            <p class="banner" role="alert">
              <Icon name="warn" />
              {texts.offline}
            </p>
          )}
          <Page key={name} rest={place.rest} />
        </main>
      </div>
      <Said said={said} onGone={() => setSaid(null)} />
    </ConsoleContext>
  );
}

/** Long enough to read two lines, ms. */
const STAYS_MS = 8_000;

function Said({
  said,
  onGone,
}: {
  readonly said: { readonly text: string; readonly kind: 'done' | 'failed' } | null;
  readonly onGone: () => void;
}) {
  useEffect(() => {
    if (said === null) return undefined;
    const timer = setTimeout(onGone, STAYS_MS);
    return () => clearTimeout(timer);
  }, [said, onGone]);
  return (
    <div role="status">
      {said !== null && (
        <div class={`toast toast-${said.kind}`}>
          <Icon name={said.kind === 'done' ? 'check' : 'warn'} />
          <span>{said.text}</span>
        </div>
      )}
    </div>
  );
}
