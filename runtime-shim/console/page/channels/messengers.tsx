import { useState } from 'preact/hooks';
import { Icon } from '../../../page/parts/pictures.tsx';
import type { InspectionView, MessengerListView, MessengerView } from '../../records/messenger-records.ts';
import { useAsked, useConsole } from '../state/console-context.ts';
import { Reasons } from '../ui/reasons.tsx';
import { dateTimeText, numberText } from '../texts/times.ts';
import { Confirm } from '../ui/confirm.tsx';
import { Checks } from './checks.tsx';
import { MessengerForm } from './messenger-form.tsx';

/** The messengers and chats that leads write from: nothing where there are none and none can be. */
export function Messengers() {
  const { texts, session } = useConsole();
  const words = texts.channels;
  const { value, again } = useAsked<MessengerListView>('/channels');
  /** The code of the channel that is changed; empty: a new one. */
  const [edited, setEdited] = useState<string | null>(null);
  if (value === undefined || (value.channels.length === 0 && !value.changeable)) return null;
  const form =
    edited === null ? null : (
      <MessengerForm
        key={edited}
        channel={value.channels.find(({ code }) => code === edited)}
        list={value}
        onDone={(isSaved) => {
          setEdited(null);
          if (isSaved) again();
        }}
      />
    );
  return (
    <section class="below">
      <div class="binding-head">
        <h2>{words.messengers}</h2>
        {session.role === 'admin' && value.changeable && (
          <button type="button" class="small" disabled={edited === ''} onClick={() => setEdited('')}>
            {words.messenger.add}
          </button>
        )}
      </div>
      <p class="quiet section-about">{words.messengersAbout}</p>
      {edited === '' && form}
      <ul class="cards">
        {value.channels.map((messenger) => (
          <li key={messenger.code}>
            {edited === messenger.code ? (
              form
            ) : (
              <MessengerCard messenger={messenger} onEdit={() => setEdited(messenger.code)} onChanged={again} />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

interface CardProps {
  readonly messenger: MessengerView;
  readonly onEdit: () => void;
  readonly onChanged: () => void;
}

interface Open {
  readonly dialogs: number;
  readonly more: boolean;
  readonly waiting: number;
}

/** One of them: how it is, what it says itself, its webhook, and what can be done with it. */
function MessengerCard({ messenger, onEdit, onChanged }: CardProps) {
  const { texts, language, session, ask, say } = useConsole();
  const words = texts.channels;
  const { code, kind, mode, bot, tokenEnd, settings, webhookUrl, ready, reasons, waiting, paused } = messenger;
  const { state, source } = messenger;
  const options = words.messenger.options as Readonly<Record<string, string>>;
  const nowhere = mode === 'poll' ? words.registeredNowhere : words.registeredNotYet;
  const [found, setFound] = useState<InspectionView | 'asking' | null>(null);
  const [removing, setRemoving] = useState<Open | null>(null);
  const path = `/channels/${encodeURIComponent(code)}`;
  const act = async (what: 'check' | 'webhook'): Promise<void> => {
    setFound('asking');
    const answer = await ask<InspectionView>('POST', `${path}/${what}`, {});
    setFound(answer.ok ? answer.value : null);
    if (!answer.ok) say(answer.failure.text[language], 'failed');
    else if (what === 'webhook') say(words.channelSet);
    onChanged();
  };
  const askToRemove = async (): Promise<void> => {
    const answer = await ask<Open>('GET', `${path}/open`);
    setRemoving(answer.ok ? answer.value : { dialogs: 0, more: false, waiting });
  };
  const remove = async (): Promise<void> => {
    const answer = await ask<{ webhook: string }>('DELETE', path);
    if (!answer.ok) say(answer.failure.text[language], 'failed');
    else say(answer.value.webhook === 'left' ? words.messenger.webhookLeft : words.messenger.removed);
    onChanged();
  };
  const isWorking = state === 'active' && ready;
  const isAsked = state === 'active' || state === 'rests';
  const isAsking = found === 'asking';
  return (
    <article class="card binding" aria-label={`${words.kinds[kind] ?? kind}: ${code}`}>
      <div class="binding-head">
        <h3>{words.kinds[kind] ?? kind}</h3>
        <code>{code}</code>
        <span class={isWorking ? 'badge good' : state === 'rests' || state === 'removed' ? 'badge' : 'badge bad'}>
          <Icon name={isWorking ? 'check' : state === 'removed' ? 'out' : 'warn'} />
          {state === 'active' ? (ready ? words.works : words.doesNot) : words.messenger.states[state]}
        </span>
        {paused !== null && (
          <span class="badge warn">
            {words.pausedUntil} {dateTimeText(paused.until, language)}: {paused.reason}
          </span>
        )}
        {source === 'given' && <span class="badge">{words.ofFile}</span>}
      </div>
      <Reasons reasons={reasons} />
      {state === 'removed' && <p class="quiet">{words.messenger.removedHint}</p>}
      <dl class="facts">
        <dt>{words.modeName}</dt>
        <dd>{words.modes[mode]}</dd>
        {mode === 'webhook' && (
          <>
            <dt>{words.webhookAt}</dt>
            <dd>
              <code>{webhookUrl ?? '—'}</code>
            </dd>
          </>
        )}
        <dt>{words.forBot}</dt>
        <dd>{bot ?? words.firstBot}</dd>
        {kind !== 'widget' && (
          <>
            <dt>{words.fields['token'][0]}</dt>
            <dd>
              <code>{tokenEnd === '' ? '••••••••' : `••••${tokenEnd}`}</code>
            </dd>
            <dt>{words.toSend}</dt>
            <dd class="number">{numberText(waiting, language)}</dd>
          </>
        )}
        {Object.entries(settings).map(([key, value]) => (
          <>
            <dt>{words.settings[key] ?? key}</dt>
            <dd>{Array.isArray(value) ? value.join(', ') || '—' : (options[String(value)] ?? String(value))}</dd>
          </>
        ))}
        {found !== null && found !== 'asking' && (
          <>
            <dt>{words.account}</dt>
            <dd>{found.account}</dd>
            <dt>{words.registered}</dt>
            <dd>{found.registered === null ? nowhere : <code>{found.registered}</code>}</dd>
          </>
        )}
      </dl>
      {session.role === 'admin' && state !== 'removed' && (mode !== 'page' || source === 'stored') && (
        <div class="deeds">
          {mode !== 'page' && isAsked && (
            <>
              <button type="button" class="small" disabled={isAsking} onClick={() => void act('check')}>
                {words.check}
              </button>
              <button type="button" class="small" disabled={isAsking} onClick={() => void act('webhook')}>
                {words.webhook}
              </button>
            </>
          )}
          {source === 'stored' && (
            <>
              <button type="button" class="small" onClick={onEdit}>
                {words.edit}
              </button>
              <button type="button" class="small danger" onClick={() => void askToRemove()}>
                {words.messenger.remove}
              </button>
            </>
          )}
        </div>
      )}
      <Checks
        checks={isAsking ? 'asking' : (found?.checks ?? null)}
        asking={words.askingMessenger}
        names={words.messengerChecks}
      />
      {removing !== null && (
        <Confirm
          title={`${words.messenger.remove}: ${code}`}
          does={words.messenger.remove}
          onDo={() => void remove()}
          onClose={() => setRemoving(null)}
        >
          <p>
            {removing.dialogs === 0 ? words.messenger.removeNone : words.messenger.removeSome(removing.dialogs)}{' '}
            {removing.waiting > 0 && words.messenger.removeWaiting(removing.waiting)}
          </p>
          <p class="quiet">{words.messenger.removeHint}</p>
        </Confirm>
      )}
    </article>
  );
}
