import type { EntryRecord, MessageRecord } from '../../records.ts';
import type { ComponentChildren } from 'preact';
import { usePage } from '../state/page-context.ts';
import { timeText } from '../../../page/parts/language.ts';
import { AttachmentCard, RichText } from '../../../page/parts/message-content.tsx';
import { Icon } from '../../../page/parts/pictures.tsx';
import { httpLink } from '../../../page/parts/text-parts.ts';
import type { MessengerKind } from '../../../channels/looks.ts';
import type { MessageOutcome } from './chat-facts.ts';
import { changesText, type Piece, type PieceButton, piecesOf } from './looks.ts';

interface Props {
  readonly message: MessageRecord;
  /** The message before is by the same author: the author's name is not said again. */
  readonly follows: boolean;
  readonly menu: 'buttons' | 'text';
  /** The messenger that it is looked at in; `undefined`: as it was said. */
  readonly messenger: MessengerKind | undefined;
  /** Its menu is the one that a choice now belongs to, and the bot would answer. */
  readonly live: boolean;
  /** The dialog is an operator's: a choice goes to the operator as its code. */
  readonly muted: boolean;
  readonly outcome: MessageOutcome | undefined;
  readonly onFailure: (entry: EntryRecord) => void;
  /** The caption of the menu item that the lead chose. */
  readonly caption: string | undefined;
  readonly onPress: (button: PieceButton) => void;
}

/** One line of the lead's chat: a bubble, or a notice across. */
export function LeadMessage(props: Props) {
  const { message, follows, messenger, caption, outcome = {}, onFailure } = props;
  const { texts, language } = usePage();
  const { from, text } = message;
  if (from === 'notice') {
    return (
      <p class="notice-line">
        <span class="visually-hidden">{texts.notice}: </span>
        <RichText text={text ?? ''} />
      </p>
    );
  }
  const pieces = piecesOf(message, messenger);
  const changes = changesText(message, messenger, texts.looks.changed);
  return (
    <div class={`message from-${from}`}>
      {from === 'operator' && !follows && <span class="author">{message.operator}</span>}
      {pieces.map((piece, index) => (
        <PieceView key={index} {...props} piece={piece}>
          {caption !== undefined && (
            <span class="choice">
              {texts.lead.chose} {caption}
            </span>
          )}
          <time>{timeText(message.at, language)}</time>
        </PieceView>
      ))}
      {changes !== '' && messenger !== undefined && (
        <span class="look-note quiet">
          {texts.looks.kinds[messenger]}: {changes}
        </span>
      )}
      <OutcomeLine outcome={outcome} onFailure={onFailure} />
    </div>
  );
}

interface PieceProps extends Pick<Props, 'message' | 'menu' | 'live' | 'muted' | 'onPress'> {
  readonly piece: Piece;
  /** What stands below the text. */
  readonly children: ComponentChildren;
}

/** One message of the messenger: a bubble, and the buttons under it. */
function PieceView({ message, piece, menu, live, muted, onPress, children }: PieceProps) {
  const { texts } = usePage();
  const { text, files, rows } = piece;
  const items = rows.flat();
  const asText = items.map((button) => `${button.code} ${button.text}`).join('\n');
  return (
    <>
      {(text !== undefined || files.length > 0 || menu === 'text') && (
        <div class={`bubble from-${message.from}`}>
          {files.map((file) => (
            <AttachmentCard key={file.url} file={file} />
          ))}
          {text !== undefined && <RichText text={text} />}
          {menu === 'text' && items.length > 0 && <RichText text={text === undefined ? asText : `\n${asText}`} />}
          <span class="meta">{children}</span>
        </div>
      )}
      {menu === 'buttons' && items.length > 0 && (
        <div class={live ? 'menu live' : 'menu'} title={muted ? texts.lead.menuMuted : undefined}>
          {rows.map((row, index) => (
            <div class="menu-row" key={index}>
              {row.map((button, place) => (
                <MenuButton key={place} button={button} live={live} onPress={onPress} />
              ))}
            </div>
          ))}
        </div>
      )}
    </>
  );
}

/** One that opens a link sends nothing. */
function MenuButton({ button, live, onPress }: Pick<Props, 'live' | 'onPress'> & { readonly button: PieceButton }) {
  // Tab goes through the menu that is open, not through all that ever were.
  const tabIndex = live ? 0 : -1;
  const href = button.link === undefined ? undefined : httpLink(button.link);
  return href === undefined ? (
    <button type="button" tabIndex={tabIndex} onClick={() => onPress(button)}>
      {button.text}
    </button>
  ) : (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow" tabIndex={tabIndex}>
      {button.text}
    </a>
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
