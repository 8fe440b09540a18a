import type { FaultRecord } from '../../contract.ts';
import { usePage } from '../state/page-context.ts';
import { useWanted } from '../state/use-wanted.ts';
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
