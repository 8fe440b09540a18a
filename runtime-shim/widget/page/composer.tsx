import { useRef, useState } from 'preact/hooks';
import type { Kept } from './kept.ts';
import type { WidgetTexts } from './texts.ts';

/** As the server takes it. */
const MAX_TEXT = 10_000;

interface ComposerProps {
  readonly texts: WidgetTexts;
  readonly kept: Kept;
  /** What is being typed outlives a reload. */
  readonly draftKey: string;
  readonly onSay: (text: string) => void;
}

export function Composer({ texts, kept, draftKey, onSay }: ComposerProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(() => kept.get(draftKey) ?? '');
  const write = (value: string): void => {
    setText(value);
    kept.set(draftKey, value === '' ? null : value);
  };
  const send = (): void => {
    const said = text.trim();
    if (said === '') return;
    write('');
    onSay(said);
    field.current?.focus();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={field}
        rows={1}
        maxLength={MAX_TEXT}
        value={text}
        aria-label={texts.write}
        placeholder={texts.write}
        enterkeyhint="send"
        onInput={(event) => write(event.currentTarget.value)}
        onKeyDown={(event) => {
          // While letters are still being composed, Enter ends that.
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      <button type="submit" class="send" aria-label={texts.send} disabled={text.trim() === ''}>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M4 4l17 8-17 8 3-8z" />
        </svg>
      </button>
    </form>
  );
}
