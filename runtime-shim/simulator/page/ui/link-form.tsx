import { useState } from 'preact/hooks';
import { usePage } from '../state/page-context.ts';
import { FoldedForm } from './folded-form.tsx';
import { httpLink } from './text-parts.ts';

/** Asks for a file's link and name. `onDone` without a file: the person thought better of it. */
export function LinkForm({ onDone }: { readonly onDone: (file?: { url: string; name?: string }) => void }) {
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
