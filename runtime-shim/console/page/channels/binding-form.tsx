import { useEffect, useRef, useState } from 'preact/hooks';
import type { Failure } from '../state/api.ts';
import { useConsole } from '../state/console-context.ts';
import type { BindingView } from '../../records/binding-records.ts';
import { ExcludedChannels } from './excluded-channels.tsx';
import { Field, type FieldProps } from './form-field.tsx';
import { FormEnd } from './form-end.tsx';
import {
  bindingOf,
  changedPaths,
  fieldOf,
  foldOf,
  FOLDS,
  type FoldName,
  type FormField,
  type FormValues,
  MAIN_FIELDS,
  mergedValues,
  problemsByField,
  valuesOf,
} from './form-fields.ts';

interface Props {
  /** `undefined`: a new one. */
  readonly binding: BindingView | undefined;
  readonly defaults: unknown;
  readonly freeId: string;
  readonly channels: readonly string[];
  readonly publicUrl: string | null;
  readonly onDone: (saved: BindingView | undefined) => void;
}

/** «Новая привязка», or a stored one to be changed. */
export function BindingForm({ binding, defaults, freeId, channels, publicUrl, onDone }: Props) {
  const { texts, language, ask, say } = useConsole();
  const words = texts.channels;
  const [base, setBase] = useState<FormValues>(() => startValues(binding, defaults, freeId, publicUrl));
  const [values, setValues] = useState(base);
  const [version, setVersion] = useState(binding?.version ?? 0);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [theirs, setTheirs] = useState<readonly string[]>([]);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector('input')?.focus(), []);
  useEffect(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(), [failure]);

  const problems = problemsByField(failure, fieldOf);
  const labels: FieldProps['labels'] = words.fields;
  const set = (path: string, value: string): void => setValues((before) => ({ ...before, [path]: value }));
  const common = (field: FormField) => ({
    field,
    form: 'binding',
    labels,
    optionText: (option: string): string => words.options[option as keyof typeof words.options] ?? option,
    value: values[field.path] ?? '',
    problem: problems.get(field.path)?.[language],
    onValue: (value: string) => set(field.path, value),
  });
  const save = async (): Promise<void> => {
    setBusy(true);
    const { id: _id, ...rest } = bindingOf(values);
    const path = `/bindings/${encodeURIComponent(values['id'] ?? '')}`;
    const answer = await ask<{ binding: BindingView }>('PUT', path, { binding: rest, version });
    setBusy(false);
    if (answer.ok) {
      say(words.saved);
      return onDone(answer.value.binding);
    }
    setFailure(answer.failure);
    if (answer.failure.code !== 'binding_changed') return;
    const current = (answer.failure.current ?? null) as BindingView | null;
    const now = current === null ? base : valuesOf(current.settings);
    setTheirs(changedPaths({ ...base, token: '', 'webhook.key': '' }, now));
    setValues(mergedValues(base, now, values));
    setBase(now);
    setVersion(current?.version ?? 0);
  };
  const left = unplaced(failure);
  return (
    <form
      ref={form}
      class="card binding-form"
      noValidate
      aria-label={binding === undefined ? words.add : words.change}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <h2>{binding === undefined ? words.add : `${words.change}: ${binding.id}`}</h2>
      <p class="quiet">LiveTex (Chat Center)</p>
      {MAIN_FIELDS.map((field) => (
        <Field key={field.path} {...common(field)} />
      ))}
      <ExcludedChannels
        value={values['excludedChannels'] ?? ''}
        others={channels}
        problem={problems.get('excludedChannels')?.[language]}
        onValue={(value) => set('excludedChannels', value)}
      />
      <Field
        {...common({ path: 'token', kind: 'secret' })}
        known={binding?.tokenEnd}
        isStored={binding !== undefined}
      />
      {(Object.keys(FOLDS) as FoldName[]).map((name) => (
        <Fold
          key={name}
          name={name}
          isOpen={[...problems.keys()].some((path) => foldOf(path) === name)}
          isNew={binding === undefined}
          common={common}
        />
      ))}
      <FormEnd {...{ failure, theirs, left, busy }} labels={labels} values={base} onCancel={() => onDone(undefined)} />
    </form>
  );
}

function startValues(
  binding: BindingView | undefined,
  defaults: unknown,
  freeId: string,
  publicUrl: string | null,
): FormValues {
  if (binding !== undefined) return valuesOf(binding.settings);
  return { ...valuesOf(defaults), id: freeId, 'webhook.publicUrl': publicUrl ?? location.origin };
}

/** Problems of no field of the form. */
function unplaced(failure: Failure | null): Failure['fields'] {
  return (failure?.fields ?? []).filter(({ path }) => fieldOf(path) === undefined);
}

interface FoldProps {
  readonly name: FoldName;
  readonly isOpen: boolean;
  readonly isNew: boolean;
  readonly common: (field: FormField) => Omit<FieldProps, 'known' | 'isStored'>;
}

function Fold({ name, isOpen, isNew, common }: FoldProps) {
  const { texts } = useConsole();
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (isOpen && details.current !== null) details.current.open = true;
  }, [isOpen]);
  return (
    <details class="fold" ref={details}>
      <summary>{texts.channels.folds[name]}</summary>
      <div class="fold-fields">
        {FOLDS[name].map((field) => (
          // A binding's code is the key of its dialogs: another code is another binding.
          <Field key={field.path} {...common(field)} isStored={!isNew} isLocked={field.path === 'id' && !isNew} />
        ))}
      </div>
    </details>
  );
}
