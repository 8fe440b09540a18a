import { useEffect, useRef } from 'preact/hooks';
import { usePage } from '../state/page-context.ts';
import { Icon } from '../ui/pictures.tsx';

interface Props {
  readonly onGuide: () => void;
  readonly onClose: () => void;
}

/** What the page is, how it is worked, and what to try: for whoever pressed `?`. */
export function Help({ onGuide, onClose }: Props) {
  const { texts } = usePage();
  const words = texts.help;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog class="source help" ref={dialog} onClose={onClose} aria-label={words.title}>
      <header>
        <h2>{words.title}</h2>
        <button
          type="button"
          class="icon-button push"
          aria-label={texts.source.close}
          title={texts.source.close}
          onClick={() => dialog.current?.close()}
        >
          <Icon name="close" />
        </button>
      </header>
      <div class="help-body">
        {words.parts.map(({ title, lines }) => (
          <section key={title}>
            <h3>{title}</h3>
            <ul>
              {lines.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </section>
        ))}
        <section>
          <h3>{texts.steps.nextTitle}</h3>
          <ul>
            {texts.steps.next.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </section>
        <button type="button" class="small" onClick={onGuide}>
          {words.guide}
        </button>
      </div>
    </dialog>
  );
}
