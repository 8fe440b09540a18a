import type { FaultRecord } from '../../contract.ts';
import { usePage } from '../state/page-context.ts';
import { Icon } from '../ui/icon.tsx';

interface Props {
  readonly faults: readonly FaultRecord[];
  readonly restarting: boolean;
}

/** The switches of what may go wrong. */
export function FaultPanel({ faults, restarting }: Props) {
  const { texts, act } = usePage();
  const some = faults.some((fault) => fault.on);
  return (
    <div id="faults" class="panel" popover="auto" role="dialog" aria-label={texts.faults.title}>
      <p class="quiet">{texts.faults.hint}</p>
      <ul>
        {faults.map(({ name, on }) => (
          <li key={name}>
            <label class="switch">
              <input
                type="checkbox"
                role="switch"
                checked={on}
                onChange={(event) => void act({ do: 'fault', name, on: event.currentTarget.checked })}
              />
              <span>{texts.faults.name[name]}</span>
            </label>
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
