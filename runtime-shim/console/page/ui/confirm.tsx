import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useConsole } from '../state/console-context.ts';

interface Props {
  readonly title: string;
  readonly children: ComponentChildren;
  /** What the button that does it says. */
  readonly does: string;
  readonly onDo: () => void;
  readonly onClose: () => void;
}

/** Asks before something that cannot be taken back. */
export function Confirm({ title, children, does, onDo, onClose }: Props) {
  const { texts } = useConsole();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="confirm" ref={dialog} onClose={onClose} aria-label={title}>
      <h2>{title}</h2>
      {children}
      <div class="row-end">
        <button type="button" class="small" onClick={() => dialog.current?.close()}>
          {texts.cancel}
        </button>
        <button
          type="button"
          class="small danger"
          onClick={() => {
            onDo();
            dialog.current?.close();
          }}
        >
          {does}
        </button>
      </div>
    </dialog>
  );
}
