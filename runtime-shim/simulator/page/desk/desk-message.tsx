import type { DeskMessageRecord, StatusRecord } from '../../records.ts';
import { usePage } from '../state/page-context.ts';
import { timeText } from '../texts/language.ts';
import { AttachmentCard, RichText } from '../ui/message-content.tsx';
import { Icon } from '../ui/pictures.tsx';
import { splitHeader } from '../ui/text-parts.ts';

interface Props {
  readonly message: DeskMessageRecord;
  readonly headers: StatusRecord['headers'];
}

/** One message of a conversation. All that the lead and the bot said comes in the lead's name: the headers tell them apart. */
export function DeskMessage({ message, headers }: Props) {
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
