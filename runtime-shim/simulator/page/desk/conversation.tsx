import { useState } from 'preact/hooks';
import type { ConversationRecord, DeskMessageRecord, OperatorRecord, StatusRecord } from '../../records.ts';
import { useNarrow } from '../state/hooks.ts';
import { usePage } from '../state/page-context.ts';
import { timeText } from '../../../page/parts/language.ts';
import { Composer } from '../ui/composer.tsx';
import { AttachmentCard, RichText } from '../../../page/parts/message-content.tsx';
import { Avatar, Icon } from '../../../page/parts/pictures.tsx';
import { splitHeader } from '../../../page/parts/text-parts.ts';
import { WindowedLog } from '../ui/windowed-log.tsx';

interface Props {
  readonly conversation: ConversationRecord;
  readonly name: string;
  readonly messages: readonly DeskMessageRecord[];
  readonly headers: StatusRecord['headers'];
  readonly operators: readonly OperatorRecord[];
  readonly actor: OperatorRecord;
  readonly onActor: (id: string) => void;
  readonly onBack: () => void;
}

/** One conversation as the operator has it: who it is, what is known, all that was said, and what to do. */
export function Conversation(props: Props) {
  const { conversation, name, messages, headers, operators, actor } = props;
  const { texts, act } = usePage();
  const [sent, setSent] = useState(0);
  const narrow = useNarrow();
  const { userId, state } = conversation;
  const attributes = Object.entries(conversation.attributes);
  const hidden = Object.entries(conversation.hiddenAttributes);
  const owner = operators.find(({ id }) => id === conversation.operatorId);
  const isOpen = state === 'queued' || state === 'assigned';
  return (
    <article class="conversation" aria-label={name}>
      <header class="conversation-head">
        <div class="conversation-title">
          <button
            type="button"
            class="icon-button"
            aria-label={texts.desk.back}
            title={texts.desk.back}
            onClick={props.onBack}
          >
            <Icon name="back" />
          </button>
          <Avatar name={name} />
          <div>
            <h3>{name}</h3>
            <p class="quiet">
              {conversation.group !== null && `${texts.desk.group} «${conversation.group}» · `}
              {userId}
            </p>
          </div>
          <span class={`tag state-${state}`}>
            {state === 'stored'
              ? texts.desk.stored
              : state === 'assigned'
                ? (owner?.name ?? texts.desk.assigned)
                : texts.desk[state]}
          </span>
        </div>
        {state !== 'stored' && (
          <section class="attributes" aria-label={texts.desk.attributes}>
            {narrow && attributes.length > 0 ? (
              <details>
                <summary>
                  {texts.desk.attributes} <span class="count">{attributes.length}</span>
                </summary>
                <AttributeList attributes={attributes} />
              </details>
            ) : (
              <AttributeList attributes={attributes} />
            )}
          </section>
        )}
        {state !== 'stored' && hidden.length > 0 && (
          <details class="attributes hidden-attributes">
            <summary title={texts.desk.hiddenHint}>
              {texts.desk.hidden} <span class="count">{hidden.length}</span>
            </summary>
            <AttributeList attributes={hidden} />
          </details>
        )}
        {state === 'stored' && <p class="hint-line">{texts.desk.storedHint}</p>}
        {state === 'closed' && <p class="hint-line">{texts.desk.closedHint}</p>}
        {isOpen && owner !== undefined && owner.id !== actor.id && (
          <p class="hint-line">
            {texts.desk.notYours}: {owner.name}.{' '}
            <button type="button" class="plain" onClick={() => props.onActor(owner.id)}>
              {texts.desk.actAs} {owner.name}
            </button>
          </p>
        )}
        {isOpen && <ConversationActions conversation={conversation} operators={operators} actor={actor} />}
      </header>
      <WindowedLog
        items={messages}
        keyOf={(message) => message.id}
        label={`${texts.desk.log}: ${name}`}
        announce
        subject={userId}
        sent={sent}
        empty={null}
        draw={(message) => <DeskMessage message={message} headers={headers} />}
      />
      <Composer
        draftKey={`desk.${userId}`}
        label={texts.desk.compose}
        placeholder={isOpen ? texts.desk.placeholder : texts.desk.writeFirst}
        sendLabel={texts.desk.send}
        attachLabel={texts.desk.attach}
        onText={(text) => {
          setSent((count) => count + 1);
          void act({ do: 'desk_reply', userId, operatorId: actor.id, text });
        }}
        onFile={
          isOpen
            ? (file) => {
                setSent((count) => count + 1);
                void act({ do: 'desk_file', userId, operatorId: actor.id, ...file });
              }
            : undefined
        }
      />
    </article>
  );
}

interface ActionsProps {
  readonly conversation: ConversationRecord;
  readonly operators: readonly OperatorRecord[];
  readonly actor: OperatorRecord;
}

/** What the operator can do beside answering. */
function ConversationActions({ conversation, operators, actor }: ActionsProps) {
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

function AttributeList({ attributes }: { readonly attributes: ReadonlyArray<readonly [string, string]> }) {
  const { texts } = usePage();
  if (attributes.length === 0) return <p class="quiet">{texts.desk.noAttributes}</p>;
  return (
    <dl>
      {attributes.map(([key, value]) => (
        <div key={key}>
          <dt>{key}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface MessageProps {
  readonly message: DeskMessageRecord;
  readonly headers: StatusRecord['headers'];
}

/** One message of a conversation. All that the lead and the bot said comes in the lead's name: the headers tell them apart. */
function DeskMessage({ message, headers }: MessageProps) {
  const { texts, language } = usePage();
  const { from, file } = message;
  const { header, author, text } =
    from === 'user'
      ? splitHeader(message.text ?? file?.comment ?? '', headers)
      : { header: undefined, author: from, text: message.text ?? file?.comment ?? '' };
  return (
    <div class={`message desk-${author}`}>
      {from === 'operator' && <span class="author">{message.operator}</span>}
      {from === 'hold' && <span class="author">{texts.desk.holdLabel}</span>}
      <div class={`bubble desk-${author}`}>
        {header !== undefined && <span class="mirror-header">{header}</span>}
        {file !== undefined && <AttachmentCard file={file} />}
        {text !== '' && <RichText text={text} />}
        <span class="meta">
          <time>{timeText(message.at, language)}</time>
          {from === 'user' && message.read && (
            <span title={texts.desk.readMark}>
              <Icon name="check" />
              <span class="visually-hidden">{texts.desk.readMark}</span>
            </span>
          )}
        </span>
      </div>
    </div>
  );
}
