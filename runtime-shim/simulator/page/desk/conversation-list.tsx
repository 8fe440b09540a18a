import type { ConversationRecord, OperatorRecord } from '../../records.ts';
import { usePage } from '../state/page-context.ts';
import { timeText } from '../../../page/parts/language.ts';
import { Avatar } from '../../../page/parts/pictures.tsx';

interface Props {
  readonly visible: readonly ConversationRecord[];
  readonly stored: readonly ConversationRecord[];
  /** Leads' names by user id: LiveTex learns a name only at the transfer. */
  readonly names: ReadonlyMap<string, string>;
  readonly operators: readonly OperatorRecord[];
  readonly onSelect: (userId: string) => void;
}

/** The conversations that operators see, and apart from them those that LiveTex only keeps. */
export function ConversationList({ visible, stored, names, operators, onSelect }: Props) {
  const { texts } = usePage();
  const row = (conversation: ConversationRecord) => (
    <li key={conversation.userId}>
      <ConversationRow
        conversation={conversation}
        name={names.get(conversation.userId) ?? conversation.name}
        operator={operators.find(({ id }) => id === conversation.operatorId)?.name}
        onSelect={onSelect}
      />
    </li>
  );
  return (
    <div class={visible.length === 0 ? 'conversations few' : 'conversations'}>
      {visible.length > 0 && (
        <ul class="conversation-list" aria-label={texts.desk.conversations}>
          {visible.map(row)}
        </ul>
      )}
      {stored.length > 0 && (
        <details class="stored">
          <summary>
            {texts.desk.stored} <span class="count">{stored.length}</span>
          </summary>
          <p class="quiet">{texts.desk.storedHint}</p>
          <ul class="conversation-list" aria-label={texts.desk.stored}>
            {stored.map(row)}
          </ul>
        </details>
      )}
    </div>
  );
}

function ConversationRow(props: {
  readonly conversation: ConversationRecord;
  readonly name: string;
  readonly operator: string | undefined;
  readonly onSelect: (userId: string) => void;
}) {
  const { conversation, name, operator } = props;
  const { texts, language } = usePage();
  const { state, unread } = conversation;
  return (
    <button type="button" class={`conversation-row state-${state}`} onClick={() => props.onSelect(conversation.userId)}>
      <Avatar name={name} />
      <span class="conversation-text">
        <span class="conversation-name">
          <span class="chip-name">{name}</span>
          {conversation.lastAt > 0 && <time class="quiet">{timeText(conversation.lastAt, language)}</time>}
        </span>
        <span class="conversation-line">
          <span class="conversation-last quiet">{conversation.lastText}</span>
          {state !== 'stored' && unread > 0 && (
            <span class="unread">
              <span class="visually-hidden">{texts.desk.unread}: </span>
              {unread}
            </span>
          )}
        </span>
        {state !== 'stored' && (
          <span class={`tag state-${state}`}>
            {state === 'assigned' ? (operator ?? texts.desk.assigned) : texts.desk[state]}
            {state === 'queued' && conversation.group !== null && ` · ${conversation.group}`}
          </span>
        )}
      </span>
    </button>
  );
}
