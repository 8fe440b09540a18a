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
  readonly mayAttach: boolean;
  readonly onAttach: (file: File) => void;
}

export function Composer({ texts, kept, draftKey, onSay, mayAttach, onAttach }: ComposerProps) {
  const picker = useRef<HTMLInputElement>(null);
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
      {mayAttach && (
        <button type="button" class="plain" aria-label={texts.attach} onClick={() => picker.current?.click()}>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M17 11l-6 6a4 4 0 0 1-6-6l7-7a2.700 2.700 0 0 1 4 4l-7 7a1.300 1.300 0 0 1-2-2l6-6" />
          </svg>
        </button>
      )}
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label={texts.attach}
        onChange={({ currentTarget }) => {
          for (const file of currentTarget.files ?? []) onAttach(file);
          currentTarget.value = '';
        }}
      />
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
