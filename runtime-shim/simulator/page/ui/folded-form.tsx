import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { usePage } from '../state/page-context.ts';

interface Props {
  readonly onSubmit: () => void;
  readonly onCancel: () => void;
  readonly submitLabel: string;
  /** There is nothing to submit yet. */
  readonly incomplete?: boolean;
  /** What was wrong with what was submitted. */
  readonly problem?: string | undefined;
  readonly children: ComponentChildren;
}

/**
 * A small form that a button unfolds. Its first field has the focus at once (`autofocus` works only for what a page is
 * loaded with), Escape folds it away, and the focus goes back to the button unless it has gone elsewhere.
 */
export function FoldedForm({ onSubmit, onCancel, submitLabel, incomplete, problem, children }: Props) {
  const { texts } = usePage();
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => {
    const element = form.current;
    const opener = document.activeElement;
    element?.querySelector('input')?.focus();
    return () => {
      const left = document.activeElement;
      const isLost = left === null || left === document.body || element?.contains(left) === true;
      if (isLost && opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <form
      ref={form}
      class="folded-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (incomplete !== true) onSubmit();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onCancel();
      }}
    >
      {children}
      <div class="row-end">
        {problem !== undefined && (
          <span class="problem" role="alert">
            {problem}
          </span>
        )}
        <button type="button" class="plain" onClick={onCancel}>
          {texts.cancel}
        </button>
        <button type="submit" class="small primary" disabled={incomplete}>
          {submitLabel}
        </button>
      </div>
    </form>
  );
}
