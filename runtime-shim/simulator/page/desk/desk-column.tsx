import { useState } from 'preact/hooks';
import type { ConversationRecord, DeskMessageRecord, LeadRecord, OperatorRecord, StatusRecord } from '../../records.ts';
import { useNarrow } from '../state/hooks.ts';
import { usePage } from '../state/page-context.ts';
import { Empty } from '../../../page/parts/pictures.tsx';
import { Conversation } from './conversation.tsx';
import { ConversationList } from './conversation-list.tsx';
import { Operators } from './operators.tsx';

interface Props {
  readonly status: StatusRecord;
  readonly operators: readonly OperatorRecord[];
  readonly conversations: readonly ConversationRecord[];
  readonly leads: readonly LeadRecord[];
  readonly messages: ReadonlyMap<string, readonly DeskMessageRecord[]>;
  readonly selected: string | null;
  readonly onSelect: (userId: string | null) => void;
}

/** The operators' desk at LiveTex. */
export function DeskColumn(props: Props) {
  const { operators, conversations, selected, onSelect } = props;
  const { texts } = usePage();
  const narrow = useNarrow();
  const [wanted, setWanted] = useState<string | null>(null);
  const actor =
    operators.find(({ id }) => id === wanted) ?? operators.find(({ status }) => status === 'online') ?? operators[0];
  const visible = conversations
    .filter((conversation) => conversation.state !== 'stored')
    .sort((a, b) => b.lastAt - a.lastAt);
  const stored = conversations.filter((conversation) => conversation.state === 'stored');
  const open = conversations.find((conversation) => conversation.userId === selected);
  const names = new Map(props.leads.map((lead) => [lead.userId, lead.name]));
  return (
    <>
      {/* On a phone an open conversation needs the room; the operators are one step back. */}
      {!(narrow && open !== undefined) && <Operators operators={operators} actor={actor} onActor={setWanted} />}
      {open === undefined || actor === undefined ? (
        <>
          {visible.length === 0 && <Empty icon="desk" title={texts.desk.noneTitle} text={texts.desk.noneText} />}
          <ConversationList
            visible={visible}
            stored={stored}
            names={names}
            operators={operators}
            onSelect={(userId) => onSelect(userId)}
          />
        </>
      ) : (
        <Conversation
          key={open.userId}
          conversation={open}
          name={names.get(open.userId) ?? open.name}
          messages={props.messages.get(open.userId) ?? []}
          headers={props.status.headers}
          operators={operators}
          actor={actor}
          onActor={setWanted}
          onBack={() => onSelect(null)}
        />
      )}
    </>
  );
}
