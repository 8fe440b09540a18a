import { useState } from 'preact/hooks';
import type { OperatorStatus } from '../../../emulator/emulator-contract.ts';
import type { OperatorRecord } from '../../records.ts';
import { usePage } from '../state/page-context.ts';
import { useShownChoice, useWanted } from '../state/hooks.ts';
import { Avatar, Icon } from '../../../page/parts/pictures.tsx';
import { FoldedForm } from '../ui/folded-form.tsx';

const STATUSES: readonly OperatorStatus[] = ['online', 'pause', 'away', 'offline'];

interface Props {
  readonly operators: readonly OperatorRecord[];
  readonly actor: OperatorRecord | undefined;
  readonly onActor: (id: string) => void;
}

/** The operators with their statuses; one of them is who answers. */
export function Operators({ operators, actor, onActor }: Props) {
  const { texts, act } = usePage();
  const [adding, setAdding] = useState(false);
  const list = useShownChoice(actor?.id);
  const [name, setName] = useState('');
  const [group, setGroup] = useState('');
  const groups = [...new Set(operators.map((operator) => operator.group))];
  const add = async (): Promise<void> => {
    const [firstName = '', ...rest] = name.trim().split(/\s+/u);
    const lastName = rest.join(' ');
    const answer = await act({
      do: 'operator_add',
      firstName,
      ...(lastName === '' ? {} : { lastName }),
      ...(group.trim() === '' ? {} : { group: group.trim() }),
    });
    if (!answer.ok) return;
    setName('');
    setGroup('');
    setAdding(false);
  };
  return (
    <div class="operators-frame">
      <ul class="operators" aria-label={texts.desk.operators} ref={list}>
        {operators.map((operator) => (
          <li key={operator.id} class={operator.id === actor?.id ? 'operator acting' : 'operator'}>
            <button
              type="button"
              class="operator-name"
              aria-pressed={operator.id === actor?.id}
              title={`${texts.desk.actAs}: ${operator.name} · ${operator.group}`}
              onClick={() => onActor(operator.id)}
            >
              <Avatar name={operator.name} />
              <span class="operator-text">
                <span class="chip-name">{operator.name}</span>
                {groups.length > 1 && <span class="chip-name quiet">{operator.group}</span>}
              </span>
              {operator.id === actor?.id && <span class="you">{texts.desk.me}</span>}
            </button>
            <StatusSelect operator={operator} />
          </li>
        ))}
      </ul>
      <button
        type="button"
        class="icon-button"
        aria-label={texts.desk.addOperator}
        title={texts.desk.addOperator}
        aria-expanded={adding}
        onClick={() => setAdding(!adding)}
      >
        <Icon name="plus" />
      </button>
      {adding && (
        <FoldedForm
          onSubmit={() => void add()}
          onCancel={() => setAdding(false)}
          submitLabel={texts.lead.addDo}
          incomplete={name.trim() === ''}
        >
          <input
            type="text"
            value={name}
            maxLength={100}
            aria-label={texts.desk.firstName}
            placeholder={texts.desk.firstName}
            onInput={(event) => setName(event.currentTarget.value)}
          />
          <input
            type="text"
            value={group}
            maxLength={100}
            list="groups"
            aria-label={texts.desk.groupName}
            placeholder={texts.desk.groupName}
            onInput={(event) => setGroup(event.currentTarget.value)}
          />
          <datalist id="groups">
            {groups.map((known) => (
              <option key={known} value={known} />
            ))}
          </datalist>
        </FoldedForm>
      )}
    </div>
  );
}

function StatusSelect({ operator }: { readonly operator: OperatorRecord }) {
  const { texts, act } = usePage();
  const [shown, want] = useWanted(operator.status);
  return (
    <span class={`status status-${shown}`}>
      <select
        value={shown}
        aria-label={`${texts.desk.statusOf} ${operator.name}`}
        onChange={(event) => {
          const status = STATUSES.find((known) => known === event.currentTarget.value);
          if (status !== undefined) want(status, act({ do: 'operator_status', operatorId: operator.id, status }));
        }}
      >
        {STATUSES.map((status) => (
          <option key={status} value={status}>
            {texts.desk.status[status]}
          </option>
        ))}
      </select>
    </span>
  );
}
