import type { EntryRecord, MessageRecord } from '../../records.ts';
import { usePage } from '../state/page-context.ts';
import { timeText } from '../../../page/parts/language.ts';
import { AttachmentCard, RichText } from '../../../page/parts/message-content.tsx';
import { Icon } from '../../../page/parts/pictures.tsx';
import type { MessageOutcome } from './chat-facts.ts';

interface Props {
  readonly message: MessageRecord;
  /** The message before is by the same author: the author's name is not said again. */
  readonly follows: boolean;
  readonly menu: 'buttons' | 'text';
  /** Its menu is the one that a choice now belongs to, and the bot would answer. */
  readonly live: boolean;
  /** The dialog is an operator's: a choice goes to the operator as its code. */
  readonly muted: boolean;
  readonly outcome: MessageOutcome | undefined;
  readonly onFailure: (entry: EntryRecord) => void;
  /** The caption of the menu item that the lead chose. */
  readonly caption: string | undefined;
  readonly onPress: (code: string) => void;
}

/** One line of the lead's chat: a bubble, or a notice across. */
export function LeadMessage(props: Props) {
  const { message, follows, menu, live, muted, caption, outcome = {}, onPress, onFailure } = props;
  const { texts, language } = usePage();
  const { from, text, attachments = [], buttons = [] } = message;
  if (from === 'notice') {
    return (
      <p class="notice-line">
        <span class="visually-hidden">{texts.notice}: </span>
        <RichText text={text ?? ''} />
      </p>
    );
  }
  const items = buttons.flat();
  const asText = items.map((button) => `${button.callback_data} ${button.text}`).join('\n');
  return (
    <div class={`message from-${from}`}>
      {from === 'operator' && !follows && <span class="author">{message.operator}</span>}
      {(text !== undefined || attachments.length > 0 || menu === 'text') && (
        <div class={`bubble from-${from}`}>
          {attachments.map((file) => (
            <AttachmentCard key={file.url} file={file} />
          ))}
          {text !== undefined && <RichText text={text} />}
          {menu === 'text' && items.length > 0 && <RichText text={text === undefined ? asText : `\n${asText}`} />}
          <span class="meta">
            {caption !== undefined && (
              <span class="choice">
                {texts.lead.chose} {caption}
              </span>
            )}
            <time>{timeText(message.at, language)}</time>
          </span>
        </div>
      )}
      <OutcomeLine outcome={outcome} onFailure={onFailure} />
      {menu === 'buttons' && items.length > 0 && (
        <div class={live ? 'menu live' : 'menu'} title={muted ? texts.lead.menuMuted : undefined}>
          {buttons.map((row, index) => (
            <div class="menu-row" key={index}>
              {row.map((button) => (
                <button
                  type="button"
                  key={button.callback_data}
                  // Tab goes through the menu that is open, not through all that ever were.
                  tabIndex={live ? 0 : -1}
                  onClick={() => onPress(button.callback_data)}
                >
                  {button.text}
                </button>
              ))}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

/** Below the lead's message: a script failed because of it, or nobody but an operator would answer it. */
function OutcomeLine({ outcome, onFailure }: Pick<Props, 'onFailure'> & { readonly outcome: MessageOutcome }) {
  const { texts } = usePage();
  const { failed, silent } = outcome;
  if (failed !== undefined) {
    return (
      <button type="button" class="plain outcome failed" onClick={() => onFailure(failed)}>
        <Icon name="warn" />
        {texts.lead.scriptFailed}
      </button>
    );
  }
  if (silent === undefined) return null;
  return <span class="outcome quiet">{texts.lead.silent[silent]}</span>;
}
