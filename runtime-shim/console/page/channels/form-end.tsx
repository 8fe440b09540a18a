import type { ComponentChildren } from 'preact';
import type { Failure } from '../state/api.ts';
import { useConsole } from '../state/console-context.ts';
import type { FieldProps } from './form-field.tsx';
import type { FormValues } from './form-fields.ts';

interface Props extends Pick<FieldProps, 'labels'> {
  readonly failure: Failure | null;
  /** Fields that somebody else has changed meanwhile, and what stands in them now. */
  readonly theirs: readonly string[];
  readonly values: FormValues;
  /** Problems of no field of the form. */
  readonly left: Failure['fields'];
  readonly busy: boolean;
  readonly onCancel: () => void;
  /** What is asked because of the failure. */
  readonly children?: ComponentChildren;
}

/** The end of a form: why it was not saved, and its buttons. */
export function FormEnd({ failure, theirs, values, labels, left, busy, onCancel, children }: Props) {
  const { texts, language } = useConsole();
  const words = texts.channels;
  return (
    <>
      <div role="alert">
        {failure !== null && (
          <div class="form-failure">
            <p class="problem">{failure.text[language].split('\n')[0]}</p>
            {theirs.length > 0 && (
              <ul class="changes">
                {theirs.map((path) => (
                  <li key={path}>
                    {labels[path]?.[0] ?? path}: <strong>{values[path] === '' ? '—' : values[path]}</strong>
                  </li>
                ))}
              </ul>
            )}
            {theirs.length > 0 && <p>{words.mergedHint}</p>}
            {left.map(({ path, text }) => (
              <p class="problem" key={path}>
                {path}: {text[language]}
              </p>
            ))}
          </div>
        )}
      </div>
      {children}
      <div class="row-end">
        <button type="button" class="small" onClick={onCancel}>
          {texts.cancel}
        </button>
        <button type="submit" class="primary" disabled={busy}>
          {words.save}
        </button>
      </div>
    </>
  );
}
