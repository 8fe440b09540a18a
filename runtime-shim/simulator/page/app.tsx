import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { Command } from '../commands/command-schema.ts';
import { Banners } from './bar/banners.tsx';
import { Help, Steps } from './bar/guide.tsx';
import { TopBar } from './bar/top-bar.tsx';
import { SourceView } from './between/source-view.tsx';
import { Columns } from './columns.tsx';
import { useRoomy, useSetting } from './state/hooks.ts';
import { PageContext, type SourcePlace } from './state/page-context.ts';
import { type CommandAnswer, sendCommand } from './state/send-command.ts';
import { usePageState } from './state/use-page-state.ts';
import type { Theme } from '../../page/parts/appearance.tsx';
import { browserLanguage, type Language } from '../../page/parts/language.ts';
import { Parts, useParts } from '../../page/parts/parts-context.tsx';
import { textsIn } from './texts/texts-in.ts';
import { Icon } from '../../page/parts/pictures.tsx';

/** The whole page. */
export function App() {
  const { state, connected } = usePageState();
  const [language, setLanguage] = useSetting<Language>('language', browserLanguage(), 'local');
  const [theme, setTheme] = useSetting<Theme>('theme', 'auto', 'local');
  const [steps, setSteps] = useSetting<'shown' | 'hidden'>('steps', 'shown', 'local');
  // Shown by itself where there is room for it, until somebody has decided.
  const [site, setSite] = useSetting<'auto' | 'shown' | 'hidden'>('site', 'auto', 'local');
  const roomy = useRoomy();
  const [refusal, setRefusal] = useState<string | null>(null);
  const [source, setSource] = useState<SourcePlace | null>(null);
  const [help, setHelp] = useState(false);
  const texts = textsIn(language);
  const isSiteShown = site === 'shown' || (site === 'auto' && roomy);
  const showSite = (shown: boolean): void => setSite(shown ? 'shown' : 'hidden');

  useEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dataset['theme'] = theme;
    document.title = texts.title;
  }, [language, theme, texts]);

  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const { target } = event;
      const isWriting = target instanceof HTMLElement && target.matches('input, textarea, select');
      if (event.key === '?' && !isWriting) setHelp(true);
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);

  const act = useCallback(async (command: Command): Promise<CommandAnswer> => {
    const answer = await sendCommand(command);
    setRefusal(answer.ok ? null : answer.problems.join('; '));
    return answer;
  }, []);
  const context = useMemo(() => ({ texts, language, act, openSource: setSource }), [texts, language, act]);

  return (
    <Parts value={language}>
      <PageContext value={context}>
        {/* One press from here to where one writes, past the bar and its buttons. */}
        <a
          class="skip-link"
          href="#columns"
          onClick={(event) => {
            event.preventDefault();
            document.querySelector<HTMLElement>('.column:not([hidden]) textarea')?.focus();
          }}
        >
          {texts.bar.skip}
        </a>
        <TopBar
          status={state.status}
          faults={state.faults}
          isSiteShown={isSiteShown}
          onSite={showSite}
          theme={theme}
          onTheme={setTheme}
          onLanguage={setLanguage}
          onHelp={() => setHelp(true)}
        />
        <Banners status={state.status} connected={connected} />
        {steps === 'shown' && state.status !== undefined && <Steps state={state} onHide={() => setSteps('hidden')} />}
        <Columns state={state} theme={theme} isSiteShown={isSiteShown} onHideSite={() => showSite(false)} />
        {source !== null && <SourceView key={source.file} {...source} onClose={() => setSource(null)} />}
        {help && (
          <Help
            onGuide={() => {
              setSteps('shown');
              setHelp(false);
            }}
            onClose={() => setHelp(false)}
          />
        )}
        {refusal !== null && <Toast text={`${texts.refused}: ${refusal}`} onClose={() => setRefusal(null)} />}
      </PageContext>
    </Parts>
  );
}

/** Long enough to read two lines, ms. */
const STAYS_MS = 8_000;

/** Says once that something was refused, and why. */
function Toast({ text, onClose }: { readonly text: string; readonly onClose: () => void }) {
  const { texts } = useParts();
  useEffect(() => {
    const timer = setTimeout(onClose, STAYS_MS);
    return () => clearTimeout(timer);
  }, [text, onClose]);
  return (
    <div class="toast" role="alert">
      <Icon name="warn" />
      <span>{text}</span>
      <button type="button" class="icon-button" aria-label={texts.close} onClick={onClose}>
        <Icon name="close" />
      </button>
    </div>
  );
}
