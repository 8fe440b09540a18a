import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useParts } from './parts-context.tsx';
import { Icon } from './pictures.tsx';

interface Props {
  readonly kind: string;
  readonly label: string;
  readonly heading: string;
  /** What stands beside the heading. */
  readonly beside?: ComponentChildren;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Something to read in front of the page, until Escape or its button closes it. */
export function Modal({ kind, label, heading, beside, onClose, children }: Props) {
  const { texts } = useParts();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog class={kind} ref={dialog} onClose={onClose} aria-label={label}>
      <header>
        <h2>{heading}</h2>
        {beside}
        <button
          type="button"
          class="icon-button push"
          aria-label={texts.close}
          title={texts.close}
          onClick={() => dialog.current?.close()}
        >
          <Icon name="close" />
        </button>
      </header>
      {children}
    </dialog>
  );
}
