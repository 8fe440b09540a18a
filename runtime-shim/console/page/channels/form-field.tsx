import { useConsole } from '../state/console-context.ts';
import type { FormField } from './form-fields.ts';

export interface FieldProps {
  readonly field: FormField;
  /** Two forms may stand on one page. */
  readonly form: string;
  /** Label and hint by path, and what the options of selects say. */
  readonly labels: Readonly<Record<string, readonly [string, string?]>>;
  readonly optionText: (option: string) => string;
  readonly value: string;
  readonly problem: string | undefined;
  readonly onValue: (value: string) => void;
  /** The last characters of a secret that is stored. */
  readonly known?: string | undefined;
  readonly isStored?: boolean;
  readonly isLocked?: boolean;
}

/** One field with its label, its hint, and what is wrong with it. */
export function Field({ field: { path, kind, options }, form, labels, optionText, ...given }: FieldProps) {
  const { texts } = useConsole();
  const { value, problem, onValue, known, isStored, isLocked } = given;
  const [label = path, hint] = labels[path] ?? [];
  const id = `${form}-${path.replaceAll('.', '-')}`;
  const said = [hint === undefined ? '' : `${id}-hint`, problem === undefined ? '' : `${id}-problem`].join(' ').trim();
  const common = {
    id,
    name: path,
    disabled: isLocked,
    'aria-invalid': problem !== undefined,
    ...(said === '' ? {} : { 'aria-describedby': said }),
  };
  const change = (event: { readonly currentTarget: { readonly value: string } }): void =>
    onValue(event.currentTarget.value);
  if (kind === 'check') {
    return (
      <div class="field field-check">
        <label>
          <input
            {...common}
            type="checkbox"
            checked={value === 'yes'}
            onChange={(event) => onValue(event.currentTarget.checked ? 'yes' : '')}
          />
          <span>{label}</span>
        </label>
        {hint !== undefined && <small id={`${id}-hint`}>{hint}</small>}
      </div>
    );
  }
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {kind === 'lines' || kind === 'pairs' ? (
        <textarea
          {...common}
          rows={Math.min(8, Math.max(2, value.split('\n').length))}
          value={value}
          onInput={change}
        />
      ) : kind === 'secret' ? (
        <input
          {...common}
          type="password"
          autocomplete="new-password"
          placeholder={isStored === true ? secretText(known, texts.channels.kept) : ''}
          value={value}
          onInput={change}
        />
      ) : kind === 'select' ? (
        <select {...common} value={value} onChange={change}>
          {(options ?? []).map((option) => (
            <option key={option} value={option}>
              {optionText(option)}
            </option>
          ))}
        </select>
      ) : (
        <input
          {...common}
          type="text"
          inputMode={kind === 'number' ? 'numeric' : 'text'}
          value={value}
          onInput={change}
        />
      )}
      {hint !== undefined && <small id={`${id}-hint`}>{hint}</small>}
      {problem !== undefined && (
        <small id={`${id}-problem`} class="problem">
          {problem}
        </small>
      )}
    </div>
  );
}

function secretText(known: string | undefined, kept: string): string {
  return known === undefined || known === '' ? kept : `••••${known}`;
}
