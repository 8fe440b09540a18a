import { httpLink } from '../../page/parts/text-parts.ts';
import { timeText } from '../../page/parts/language.ts';
import { RichText } from '../../page/parts/message-content.tsx';
import type { Line, ShownFile, Waiting } from './talk-shapes.ts';
import { authorOf, type WidgetTexts } from './texts.ts';

interface MessageProps {
  readonly line: Line;
  /** All of them: a press is shown by the caption of its button. */
  readonly lines: readonly Line[];
  readonly base: string;
  readonly texts: WidgetTexts;
  readonly language: 'ru' | 'en';
  readonly mayPress: boolean;
  readonly onPress: (index: number) => void;
}

export function Message({ line, lines, base, texts, language, mayPress, onPress }: MessageProps) {
  const { from, at, files = [], buttons, edits } = line;
  const text = line.id?.startsWith('p') === true ? captionOf(lines, line) : line.text;
  if (from === 'notice') {
    return (
      <li class="notice">
        <RichText text={text ?? ''} />
      </li>
    );
  }
  let index = -1;
  return (
    <li class={`message ${from}`}>
      <span class="author">{authorOf(line, texts)}</span>
      {files.map((file, number) => (
        <File key={number} file={file} base={base} texts={texts} />
      ))}
      {text !== undefined && (
        <span class="bubble">
          <RichText text={text} />
        </span>
      )}
      <span class="time">
        {timeText(at, language)}
        {edits === undefined ? '' : `, ${texts.edited}`}
      </span>
      {buttons !== undefined && (
        <div class="buttons">
          {buttons.map((row, number) => (
            <div key={number} class="row">
              {row.map(({ text: caption, url }) => {
                index += 1;
                const place = index;
                const href = url === undefined ? undefined : httpLink(url);
                return href === undefined ? (
                  <button key={place} type="button" disabled={!mayPress} onClick={() => onPress(place)}>
                    {caption}
                  </button>
                ) : (
                  <a key={place} href={href} target="_blank" rel="noopener noreferrer nofollow">
                    {caption}
                  </a>
                );
              })}
            </div>
          ))}
        </div>
      )}
    </li>
  );
}

/** What the person did and the server may not have yet. */
export function WaitingMessage({
  waiting,
  lines,
  texts,
}: Pick<MessageProps, 'lines' | 'texts'> & { readonly waiting: Waiting }) {
  const { press, text, file } = waiting;
  const button = press && lines.find(({ seq }) => seq === press.seq)?.buttons?.flat()[press.index];
  return (
    <li class="message lead waiting">
      <span class="author">{texts.you}</span>
      <span class="bubble">
        <RichText text={text ?? button?.text ?? file?.name ?? ''} />
      </span>
      <span class="time">{texts.sending}</span>
    </li>
  );
}

/** The caption of the button that this line came of: of the nearest menu above it that has one with this code. */
function captionOf(lines: readonly Line[], { seq, text }: Line): string | undefined {
  const menu = lines.findLast((line) => line.seq < seq && line.buttons?.flat().some(({ data }) => data === text));
  return menu?.buttons?.flat().find(({ data }) => data === text)?.text ?? text;
}

function File({ file, base, texts }: { readonly file: ShownFile } & Pick<MessageProps, 'base' | 'texts'>) {
  const href = httpLink(new URL(file.url, base).href);
  const name = file.name ?? texts.file[file.type];
  if (href === undefined) return <span class="bubble">{name}</span>;
  // Only what comes from this server is loaded: a picture from elsewhere would tell others who reads it.
  const isOurs = href.startsWith(new URL('/files/', base).href);
  if (isOurs && file.type === 'image') {
    return (
      <a class="picture" href={href} target="_blank" rel="noopener noreferrer">
        <img src={href} alt={name} loading="lazy" />
      </a>
    );
  }
  return (
    <a class="bubble file" href={href} target="_blank" rel="noopener noreferrer nofollow">
      {name}
    </a>
  );
}
