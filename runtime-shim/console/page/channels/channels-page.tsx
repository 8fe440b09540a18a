import { useState } from 'preact/hooks';
import type { Check } from '../../../../plugin/contract/plugin.ts';
import { Icon } from '../../../page/parts/pictures.tsx';
import type { BindingListView, BindingView } from '../../records/binding-records.ts';
import type { Answer } from '../state/api.ts';
import { useAsked, useConsole } from '../state/console-context.ts';
import { Confirm } from '../ui/confirm.tsx';
import { NotYet, PageHead } from '../ui/page-head.tsx';
import { Reasons } from '../ui/reasons.tsx';
import { BindingForm } from './binding-form.tsx';
import { Checks } from './checks.tsx';
import { Messengers } from './messengers.tsx';

/** «Каналы»: the bindings, and the form of one. */
export function ChannelsPage() {
  const { texts, session } = useConsole();
  const { value, failure, again } = useAsked<BindingListView>('/bindings');
  /** The id of the binding that is changed; empty: a new one. */
  const [edited, setEdited] = useState<string | null>(null);
  if (value === undefined) {
    return (
      <>
        <PageHead title={texts.pages.channels} />
        <NotYet failure={failure} />
      </>
    );
  }
  const { bindings, defaults, channels, publicUrl } = value;
  const form =
    edited === null ? null : (
      <BindingForm
        key={edited}
        binding={bindings.find(({ id }) => id === edited)}
        defaults={defaults}
        freeId={freeId(bindings.map(({ id }) => id))}
        channels={channels}
        publicUrl={publicUrl}
        onDone={(saved) => {
          setEdited(null);
          if (saved !== undefined) again();
        }}
      />
    );
  return (
    <>
      <PageHead title={texts.pages.channels} about={texts.channels.about}>
        {session.role === 'admin' && (
          <button type="button" class="primary" disabled={edited === ''} onClick={() => setEdited('')}>
            {texts.channels.add}
          </button>
        )}
      </PageHead>
      {edited === '' && form}
      {bindings.length === 0 && edited === null && (
        <div class="card empty-card">
          <h2>{texts.channels.none}</h2>
          <p>{texts.channels.noneHint}</p>
        </div>
      )}
      <ul class="cards">
        {bindings.map((binding) => (
          <li key={binding.id}>
            {edited === binding.id ? (
              form
            ) : (
              <BindingCard binding={binding} onEdit={() => setEdited(binding.id)} onChanged={again} />
            )}
          </li>
        ))}
      </ul>
      <Messengers />
    </>
  );
}

function freeId(taken: readonly string[]): string {
  if (!taken.includes('main')) return 'main';
  for (let number = 2; ; number += 1) if (!taken.includes(`main-${number}`)) return `main-${number}`;
}

interface CardProps {
  readonly binding: BindingView;
  readonly onEdit: () => void;
  readonly onChanged: () => void;
}

/** One binding: how it is, and what can be done with it. */
function BindingCard({ binding, onEdit, onChanged }: CardProps) {
  const { texts, language, session, ask, say } = useConsole();
  const words = texts.channels;
  const { id, source, state, settings, tokenEnd, webhookUrl, ready, reasons } = binding;
  const [checks, setChecks] = useState<readonly Check[] | 'asking' | null>(null);
  const [removing, setRemoving] = useState<number | null>(null);
  const path = `/bindings/${encodeURIComponent(id)}`;
  const told = <Value,>(answer: Answer<Value>, done: (value: Value) => string): void => {
    if (answer.ok) say(done(answer.value));
    else say(answer.failure.text[language], 'failed');
    onChanged();
  };
  const check = async (): Promise<void> => {
    setChecks('asking');
    const answer = await ask<{ checks: readonly Check[] }>('POST', `${path}/check`, {});
    setChecks(answer.ok ? answer.value.checks : null);
    if (!answer.ok) say(answer.failure.text[language], 'failed');
  };
  const removed = async (): Promise<void> => told(await ask('DELETE', path), () => words.removed);
  const setWebhook = async (): Promise<void> =>
    told(await ask<{ url: string }>('POST', `${path}/webhook`, {}), ({ url }) => `${words.webhookSet} ${url}`);
  const removeWebhook = async (): Promise<void> =>
    told(await ask<{ comesBack: boolean }>('DELETE', `${path}/webhook`), ({ comesBack }) =>
      comesBack ? words.webhookComesBack : words.webhookRemoved,
    );
  const askToRemove = async (): Promise<void> => {
    const answer = await ask<{ dialogs: number }>('GET', `${path}/open`);
    setRemoving(answer.ok ? answer.value.dialogs : 0);
  };
  const isAdmin = session.role === 'admin' && state === 'active';
  const locked = source === 'given';
  return (
    <article class="card binding" aria-label={`${settings.channelName}: ${id}`}>
      <div class="binding-head">
        <h2>{settings.channelName}</h2>
        <code>{id}</code>
        <span class={state === 'leaving' ? 'badge' : ready ? 'badge good' : 'badge bad'}>
          <Icon name={state === 'leaving' ? 'out' : ready ? 'check' : 'warn'} />
          {state === 'leaving' ? words.leaving : ready ? words.works : words.doesNot}
        </span>
        {locked && <span class="badge">{words.ofFile}</span>}
      </div>
      <Reasons reasons={reasons} />
      <dl class="facts">
        <dt>{words.fields['botMessageHeader'][0]}</dt>
        <dd>{settings.botMessageHeader || '—'}</dd>
        <dt>{words.fields['leadMessageHeader'][0]}</dt>
        <dd>{settings.leadMessageHeader || '—'}</dd>
        <dt>{words.excluded}</dt>
        <dd>{settings.excludedChannels.join(', ') || '—'}</dd>
        <dt>{words.fields['token'][0]}</dt>
        <dd>
          <code>{tokenEnd === '' ? '••••••••' : `••••${tokenEnd}`}</code>
        </dd>
        <dt>{words.webhookAt}</dt>
        <dd>{webhookUrl === null ? words.noWebhook : <code>{webhookUrl}</code>}</dd>
      </dl>
      {locked && <p class="quiet">{words.ofFileHint}</p>}
      {isAdmin && (
        <div class="deeds">
          <button type="button" class="small" disabled={checks === 'asking'} onClick={() => void check()}>
            {words.check}
          </button>
          <button type="button" class="small" disabled={webhookUrl === null} onClick={() => void setWebhook()}>
            {words.webhook}
          </button>
          <button type="button" class="small" onClick={() => void removeWebhook()}>
            {words.removeWebhook}
          </button>
          {!locked && (
            <>
              <button type="button" class="small" onClick={onEdit}>
                {words.edit}
              </button>
              <button type="button" class="small danger" onClick={() => void askToRemove()}>
                {words.remove}
              </button>
            </>
          )}
        </div>
      )}
      <Checks checks={checks} asking={words.checking} names={words.checks} />
      {removing !== null && (
        <Confirm
          title={`${words.remove}: ${id}`}
          does={words.remove}
          onDo={() => void removed()}
          onClose={() => setRemoving(null)}
        >
          <p>{removing === 0 ? words.removeNone : words.removeSome(removing)}</p>
          <p class="quiet">{words.removeHint}</p>
        </Confirm>
      )}
    </article>
  );
}
