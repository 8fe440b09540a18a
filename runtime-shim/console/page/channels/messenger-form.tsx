import { useEffect, useRef, useState } from 'preact/hooks';
import type { MessengerListView, MessengerView } from '../../records/messenger-records.ts';
import type { Failure } from '../state/api.ts';
import { useConsole } from '../state/console-context.ts';
import { Field, type FieldProps } from './form-field.tsx';
import { FormEnd } from './form-end.tsx';
import { changedPaths, type FormField, type FormValues, mergedValues, problemsByField } from './form-fields.ts';
import {
  channelFieldOf,
  type ChannelKind,
  channelOf,
  channelValues,
  fieldsOf,
  kindOf,
  KINDS,
} from './messenger-fields.ts';

interface Props {
  /** `undefined`: a new one. */
  readonly channel: MessengerView | undefined;
  readonly list: MessengerListView;
  readonly onDone: (isSaved: boolean) => void;
}

/** «Новый канал», or a stored one to be changed. */
export function MessengerForm({ channel, list: { channels, bots, sealed }, onDone }: Props) {
  const { texts, language, ask, say } = useConsole();
  const words = texts.channels;
  const own = words.messenger;
  const taken = channels.map(({ code }) => code);
  const [kind, setKind] = useState<ChannelKind>(kindOf(channel?.kind ?? 'telegram'));
  const [code, setCode] = useState(channel?.code ?? freeCode('telegram', taken));
  const [base, setBase] = useState<FormValues>(() => channelValues(kind, channel, bots));
  const [values, setValues] = useState(base);
  const [version, setVersion] = useState(channel?.version ?? 0);
  const [isSame, setSame] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [theirs, setTheirs] = useState<readonly string[]>([]);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>('select, input')?.focus(), []);
  useEffect(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(), [failure]);

  const fields = fieldsOf(kind, bots);
  const problems = problemsByField(failure, channelFieldOf);
  const labels: FieldProps['labels'] = own.fields;
  const optionText = (option: string): string =>
    (own.options as Readonly<Record<string, string>>)[option] ?? words.kinds[option] ?? option;
  const choose = (next: ChannelKind): void => {
    if (code === freeCode(kind, taken)) setCode(freeCode(next, taken));
    const fresh = channelValues(next, undefined, bots);
    setKind(next);
    setBase(fresh);
    setValues(fresh);
    setFailure(null);
  };
  const common = (field: FormField, value: string, onValue: (value: string) => void): FieldProps => ({
    field,
    form: 'channel',
    labels,
    optionText,
    value,
    problem: problems.get(field.path)?.[language],
    onValue,
  });
  const save = async (): Promise<void> => {
    setBusy(true);
    const said = { channel: channelOf(kind, values, bots), version, ...(isSame ? { sameBot: true } : {}) };
    const answer = await ask<{ channel: MessengerView }>('PUT', `/channels/${encodeURIComponent(code)}`, said);
    setBusy(false);
    if (answer.ok) {
      say(own.saved);
      return onDone(true);
    }
    setFailure(answer.failure);
    if (answer.failure.code !== 'channel_changed') return;
    const current = (answer.failure.current ?? undefined) as MessengerView | undefined;
    const now = channelValues(kind, current, bots);
    setTheirs(changedPaths(base, now, fields));
    setValues(mergedValues(base, now, values, fields));
    setBase(now);
    setVersion(current === undefined || current.state === 'removed' ? 0 : (current.version ?? 0));
  };
  const placed = new Set(['code', 'kind', ...fields.map(({ path }) => path)]);
  const left = (failure?.fields ?? []).filter(({ path }) => !placed.has(channelFieldOf(path)));
  const title = channel === undefined ? own.add : `${own.change}: ${channel.code}`;
  return (
    <form
      ref={form}
      class="card binding-form"
      noValidate
      aria-label={channel === undefined ? own.add : own.change}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <h3>{title}</h3>
      <Field
        {...common({ path: 'kind', kind: 'select', options: KINDS }, kind, (next) => choose(kindOf(next)))}
        isLocked={channel !== undefined}
      />
      <Field {...common({ path: 'code', kind: 'text' }, code, setCode)} isLocked={channel !== undefined} />
      {fields.map((field) => (
        <Field
          key={`${kind} ${field.path}`}
          {...common(field, values[field.path] ?? '', (value) =>
            setValues((before) => ({ ...before, [field.path]: value })),
          )}
          isStored={channel?.secrets.includes(field.path) === true}
          known={field.path === 'token' ? channel?.tokenEnd : undefined}
        />
      ))}
      {!sealed && <p class="quiet">{own.notSealed}</p>}
      <FormEnd {...{ failure, theirs, labels, left, busy }} values={base} onCancel={() => onDone(false)}>
        {kind === 'max' && failure?.code === 'channel_of_another' && (
          <Field
            {...common({ path: 'sameBot', kind: 'check' }, isSame ? 'yes' : '', (value) => setSame(value === 'yes'))}
          />
        )}
      </FormEnd>
    </form>
  );
}

/** A code that nobody has: that of the kind, or with a number. */
function freeCode(kind: ChannelKind, taken: readonly string[]): string {
  const name = kind === 'widget' ? 'site' : kind;
  if (!taken.includes(name)) return name;
  for (let number = 2; ; number += 1) if (!taken.includes(`${name}-${number}`)) return `${name}-${number}`;
}
