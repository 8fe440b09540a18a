import type { FaultRecord, StatusRecord } from '../../records.ts';
import { Appearance, type Theme } from '../../../page/parts/appearance.tsx';
import type { Language } from '../../../page/parts/language.ts';
import { usePage } from '../state/page-context.ts';
import { useNarrow, useWanted } from '../state/hooks.ts';
import { Icon } from '../../../page/parts/pictures.tsx';

interface Props {
  readonly status: StatusRecord | undefined;
  readonly faults: readonly FaultRecord[];
  readonly isSiteShown: boolean;
  readonly onSite: (shown: boolean) => void;
  readonly theme: Theme;
  readonly onTheme: (theme: Theme) => void;
  readonly onLanguage: (language: Language) => void;
  readonly onHelp: () => void;
}

/** Who is here, what waits, and the switches. */
export function TopBar(props: Props) {
  const { texts } = usePage();
  const narrow = useNarrow();
  const { status, theme, isSiteShown } = props;
  const waiting = status?.waiting ?? 0;
  const on = props.faults.filter((fault) => fault.on);
  return (
    <header class="top-bar" aria-label={texts.title}>
      <img src="/simulator/icon.svg" alt="" width="28" height="28" />
      <div class="brand">
        <h1>{texts.title}</h1>
        {status !== undefined && <p class="quiet">{status.botName}</p>}
      </div>
      {waiting > 0 && (
        <span class="waiting" role="status" title={texts.bar.waitingHint}>
          <Icon name="retry" />
          {texts.bar.waiting} {waiting}
        </span>
      )}
      <div class="bar-end">
        {status?.widget !== undefined && !narrow && (
          <button
            type="button"
            class="bar-button"
            title={texts.bar.widgetHint}
            aria-pressed={isSiteShown}
            onClick={() => props.onSite(!isSiteShown)}
          >
            <Icon name="chat" />
            <span>{texts.bar.widget}</span>
          </button>
        )}
        <button type="button" class={on.length > 0 ? 'bar-button alarmed' : 'bar-button'} popovertarget="faults">
          <Icon name="bolt" />
          <span>{texts.faults.title}</span>
          {on.length > 0 && <span class="count">{on.length}</span>}
        </button>
        <FaultPanel faults={props.faults} restarting={status?.runtime === 'restarting'} />
        <button type="button" class="bar-button" title={texts.help.title} onClick={props.onHelp}>
          <span aria-hidden="true">?</span>
          <span class="visually-hidden">{texts.help.title}</span>
        </button>
        <Appearance theme={theme} onTheme={props.onTheme} onLanguage={props.onLanguage} />
      </div>
    </header>
  );
}

interface FaultPanelProps {
  readonly faults: readonly FaultRecord[];
  readonly restarting: boolean;
}

/** The switches of what may go wrong. */
function FaultPanel({ faults, restarting }: FaultPanelProps) {
  const { texts, act } = usePage();
  const some = faults.some((fault) => fault.on);
  return (
    <div id="faults" class="panel" popover="auto" role="dialog" aria-label={texts.faults.title}>
      <p class="quiet">{texts.faults.hint}</p>
      <ul>
        {faults.map((fault) => (
          <li key={fault.name}>
            <FaultSwitch {...fault} />
          </li>
        ))}
      </ul>
      <div class="panel-end">
        <button type="button" class="small" disabled={!some} onClick={() => void act({ do: 'faults_clear' })}>
          {texts.faults.clear}
        </button>
        <button type="button" class="small" disabled={restarting} onClick={() => void act({ do: 'restart' })}>
          <Icon name="power" />
          {restarting ? texts.faults.restarting : texts.faults.restart}
        </button>
      </div>
    </div>
  );
}

function FaultSwitch({ name, on }: FaultRecord) {
  const { texts, act } = usePage();
  const [shown, want] = useWanted(on);
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        checked={shown}
        onChange={({ currentTarget: { checked } }) => want(checked, act({ do: 'fault', name, on: checked }))}
      />
      <span>{texts.faults.name[name]}</span>
    </label>
  );
}
