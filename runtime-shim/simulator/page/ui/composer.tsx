import { useRef, useState } from 'preact/hooks';
import { useSetting } from '../state/use-setting.ts';
import { Icon } from './icon.tsx';
import { LinkForm } from './link-form.tsx';

interface Props {
  /** What is being written survives a reload under this name. */
  readonly draftKey: string;
  readonly label: string;
  readonly placeholder: string;
  readonly sendLabel: string;
  readonly attachLabel: string;
  readonly disabled?: boolean;
  readonly onText: (text: string) => void;
  readonly onFile: (file: { readonly url: string; readonly name?: string }) => void;
}

/** A message being written. Enter sends it, Shift+Enter starts a new line. */
export function Composer(props: Props) {
  const [draft, setDraft] = useSetting<string>(`draft.${props.draftKey}`, '');
  const [attaching, setAttaching] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);

  const send = (): void => {
    const text = draft.trim();
    if (text === '' || props.disabled === true) return;
    setDraft('');
    props.onText(text);
    field.current?.focus();
  };
  return (
    <div class="composer-frame">
      {attaching && (
        <LinkForm
          onDone={(file) => {
            setAttaching(false);
            if (file !== undefined) props.onFile(file);
            field.current?.focus();
          }}
        />
      )}
      <form
        class="composer"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <button
          type="button"
          class="icon-button"
          aria-label={props.attachLabel}
          title={props.attachLabel}
          aria-expanded={attaching}
          disabled={props.disabled}
          onClick={() => setAttaching(!attaching)}
        >
          <Icon name="attach" />
        </button>
        <textarea
          ref={field}
          rows={1}
          value={draft}
          disabled={props.disabled}
          aria-label={props.label}
          placeholder={props.placeholder}
          onInput={(event) => setDraft(event.currentTarget.value)}
          onKeyDown={(event) => {
            // An Enter that ends the choice of a character (Chinese, Japanese) is not meant for us.
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            send();
          }}
        />
        <button type="submit" class="send" disabled={props.disabled === true || draft.trim() === ''}>
          <span>{props.sendLabel}</span>
          <Icon name="send" />
        </button>
      </form>
    </div>
  );
}
