import type { ConversationRecord, OperatorRecord } from '../../contract.ts';
import { usePage } from '../state/page-context.ts';

interface Props {
  readonly conversation: ConversationRecord;
  readonly operators: readonly OperatorRecord[];
  readonly actor: OperatorRecord;
}

/** What the operator can do beside answering. */
export function ConversationActions({ conversation, operators, actor }: Props) {
  const { texts, act } = usePage();
  const { userId, unread } = conversation;
  const others = operators.filter(({ id }) => id !== (conversation.operatorId ?? actor.id));
  return (
    <div class="actions">
      <button
        type="button"
        class={unread > 0 ? 'small primary' : 'small'}
        onClick={() => void act({ do: 'desk_read', userId, operatorId: actor.id })}
      >
        {texts.desk.read}
        {unread > 0 && <span class="count">{unread}</span>}
      </button>
      <span class="small select" title={others.length === 0 ? texts.desk.nobodyElse : texts.desk.transferTo}>
        <select
          value=""
          aria-label={texts.desk.transferTo}
          disabled={others.length === 0}
          onChange={(event) => {
            const toOperatorId = event.currentTarget.value;
            event.currentTarget.value = '';
            if (toOperatorId !== '') {
              void act({ do: 'desk_transfer', userId, operatorId: conversation.operatorId ?? actor.id, toOperatorId });
            }
          }}
        >
          <option value="">{texts.desk.transfer}</option>
          {others.map((operator) => (
            <option key={operator.id} value={operator.id}>
              {operator.name} · {texts.desk.status[operator.status]}
            </option>
          ))}
        </select>
      </span>
      <button
        type="button"
        class="small"
        aria-label={`${texts.desk.hold}: ${texts.desk.holdLong}`}
        title={`${texts.desk.holdLong}: «${texts.desk.holdText}»`}
        onClick={() => void act({ do: 'desk_hold', userId, text: texts.desk.holdText })}
      >
        {texts.desk.hold}
      </button>
      <button
        type="button"
        class="small"
        aria-label={texts.desk.closeLong}
        title={texts.desk.closeLong}
        onClick={() => void act({ do: 'desk_close', userId, operatorId: conversation.operatorId ?? actor.id })}
      >
        {texts.desk.close}
      </button>
    </div>
  );
}
