import type { MessageRecord } from '../../records.ts';
import { usePage } from '../state/page-context.ts';
import { timeText } from '../texts/language.ts';
import { AttachmentCard, RichText } from '../ui/message-content.tsx';

interface Props {
  readonly message: MessageRecord;
  /** The message before is by the same author: the author's name is not said again. */
  readonly follows: boolean;
  readonly menu: 'buttons' | 'text';
  /** Its menu is the one that a choice now belongs to. */
  readonly live: boolean;
  /** The caption of the menu item that the lead chose. */
  readonly caption: string | undefined;
  readonly onPress: (code: string) => void;
}

/** One line of the lead's chat: a bubble, or a notice across. */
export function LeadMessage({ message, follows, menu, live, caption, onPress }: Props) {
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
      {menu === 'buttons' && items.length > 0 && (
        <div class={live ? 'menu live' : 'menu'}>
          {buttons.map((row, index) => (
            <div class="menu-row" key={index}>
              {row.map((button) => (
                <button type="button" key={button.callback_data} onClick={() => onPress(button.callback_data)}>
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
