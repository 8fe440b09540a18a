import { useRef, useState } from 'preact/hooks';
import { useSetting } from '../state/hooks.ts';
import { usePage } from '../state/page-context.ts';
import { FoldedForm } from './folded-form.tsx';
import { Icon } from '../../../page/parts/pictures.tsx';
import { httpLink } from '../../../page/parts/text-parts.ts';

interface Props {
  /** What is being written survives a reload under this name. */
  readonly draftKey: string;
  readonly label: string;
  readonly placeholder: string;
  readonly sendLabel: string;
  readonly attachLabel: string;
  readonly disabled?: boolean;
  readonly onText: (text: string) => void;
  /** Left out: only texts can be sent here. */
  readonly onFile?: ((file: { readonly url: string; readonly name?: string }) => void) | undefined;
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
            if (file !== undefined) props.onFile?.(file);
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
        {props.onFile !== undefined && (
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
        )}
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

/** Asks for a file's link and name. `onDone` without a file: the person thought better of it. */
function LinkForm({ onDone }: { readonly onDone: (file?: { url: string; name?: string }) => void }) {
  const { texts } = usePage();
  const [url, setUrl] = useState('');
  const [name, setName] = useState('');
  const [invalid, setInvalid] = useState(false);
  return (
    <FoldedForm
      onSubmit={() => {
        const link = httpLink(url.trim());
        setInvalid(link === undefined);
        if (link !== undefined) onDone({ url: link, ...(name.trim() === '' ? {} : { name: name.trim() }) });
      }}
      onCancel={() => onDone()}
      submitLabel={texts.file.add}
      problem={invalid ? texts.file.invalid : undefined}
    >
      <input
        type="text"
        inputMode="url"
        value={url}
        aria-label={texts.file.url}
        placeholder={texts.file.url}
        aria-invalid={invalid}
        onInput={(event) => setUrl(event.currentTarget.value)}
      />
      <input
        type="text"
        value={name}
        aria-label={texts.file.name}
        placeholder={texts.file.name}
        onInput={(event) => setName(event.currentTarget.value)}
      />
    </FoldedForm>
  );
}
