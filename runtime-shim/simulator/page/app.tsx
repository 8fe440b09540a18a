import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { Command } from '../commands/command-schema.ts';
import { Banners } from './bar/banners.tsx';
import { Steps } from './bar/steps.tsx';
import { TopBar } from './bar/top-bar.tsx';
import { SourceView } from './between/source-view.tsx';
import { Columns } from './columns.tsx';
import { useSetting } from './state/hooks.ts';
import { type Language, PageContext, usePage } from './state/page-context.ts';
import { type CommandAnswer, sendCommand } from './state/send-command.ts';
import { usePageState } from './state/use-page-state.ts';
import { browserLanguage, textsIn } from './texts/language.ts';
import { Icon } from './ui/pictures.tsx';

/** The whole page. */
export function App() {
  const { state, connected } = usePageState();
  const [language, setLanguage] = useSetting<Language>('language', browserLanguage(), 'local');
  const [theme, setTheme] = useSetting<'auto' | 'light' | 'dark'>('theme', 'auto', 'local');
  const [steps, setSteps] = useSetting<'shown' | 'hidden'>('steps', 'shown', 'local');
  const [refusal, setRefusal] = useState<string | null>(null);
  const [source, setSource] = useState<{ file: string; line: number | null } | null>(null);
  const texts = textsIn(language);

  useEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dataset['theme'] = theme;
    document.title = texts.title;
  }, [language, theme, texts]);

  const act = useCallback(async (command: Command): Promise<CommandAnswer> => {
    const answer = await sendCommand(command);
    setRefusal(answer.ok ? null : answer.problems.join('; '));
    return answer;
  }, []);
  const openSource = useCallback((file: string, line: number | null) => setSource({ file, line }), []);
  const context = useMemo(() => ({ texts, language, act, openSource }), [texts, language, act, openSource]);

  return (
    <PageContext value={context}>
      <TopBar
        status={state.status}
        faults={state.faults}
        theme={theme}
        onTheme={setTheme}
        onLanguage={setLanguage}
        stepsShown={steps === 'shown'}
        onSteps={() => setSteps(steps === 'shown' ? 'hidden' : 'shown')}
      />
      <Banners status={state.status} connected={connected} />
      {steps === 'shown' && state.status !== undefined && <Steps state={state} onHide={() => setSteps('hidden')} />}
      <Columns state={state} />
      {source !== null && (
        <SourceView key={source.file} file={source.file} line={source.line} onClose={() => setSource(null)} />
      )}
      {refusal !== null && <Toast text={`${texts.refused}: ${refusal}`} onClose={() => setRefusal(null)} />}
    </PageContext>
  );
}

/** Long enough to read two lines, ms. */
const STAYS_MS = 8_000;

/** Says once that something was refused, and why. */
function Toast({ text, onClose }: { readonly text: string; readonly onClose: () => void }) {
  const { texts } = usePage();
  useEffect(() => {
    const timer = setTimeout(onClose, STAYS_MS);
    return () => clearTimeout(timer);
  }, [text, onClose]);
  return (
    <div class="toast" role="alert">
      <Icon name="warn" />
      <span>{text}</span>
      <button type="button" class="icon-button" aria-label={texts.source.close} onClick={onClose}>
        <Icon name="close" />
      </button>
    </div>
  );
}
