import { useState } from 'preact/hooks';
import { Icon } from '../../../page/parts/pictures.tsx';
import type { InspectionView, MessengerListView, MessengerView } from '../../records/messenger-records.ts';
import { useAsked, useConsole } from '../state/console-context.ts';
import { Reasons } from '../ui/reasons.tsx';
import { dateTimeText, numberText } from '../texts/times.ts';
import { Checks } from './checks.tsx';

/** The messengers and chats that leads write from: nothing where there are none. */
export function Messengers() {
  const { texts } = useConsole();
  const { value, again } = useAsked<MessengerListView>('/channels');
  if (value === undefined || value.channels.length === 0) return null;
  return (
    <section class="below">
      <h2>{texts.channels.messengers}</h2>
      <p class="quiet section-about">{texts.channels.messengersAbout}</p>
      <ul class="cards">
        {value.channels.map((messenger) => (
          <li key={messenger.code}>
            <MessengerCard messenger={messenger} onChanged={again} />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface CardProps {
  readonly messenger: MessengerView;
  readonly onChanged: () => void;
}

/** One of them: how it is, what it says itself, and its webhook. */
function MessengerCard({ messenger, onChanged }: CardProps) {
  const { texts, language, session, ask, say } = useConsole();
  const words = texts.channels;
  const { code, kind, mode, bot, tokenEnd, settings, webhookUrl, ready, reasons, waiting, paused } = messenger;
  const [found, setFound] = useState<InspectionView | 'asking' | null>(null);
  const act = async (what: 'check' | 'webhook'): Promise<void> => {
    setFound('asking');
    const answer = await ask<InspectionView>('POST', `/channels/${encodeURIComponent(code)}/${what}`, {});
    setFound(answer.ok ? answer.value : null);
    if (!answer.ok) say(answer.failure.text[language], 'failed');
    else if (what === 'webhook') say(words.channelSet);
    onChanged();
  };
  const isAsking = found === 'asking';
  return (
    <article class="card binding" aria-label={`${words.kinds[kind] ?? kind}: ${code}`}>
      <div class="binding-head">
        <h3>{words.kinds[kind] ?? kind}</h3>
        <code>{code}</code>
        <span class={ready ? 'badge good' : 'badge bad'}>
          <Icon name={ready ? 'check' : 'warn'} />
          {ready ? words.works : words.doesNot}
        </span>
        {paused !== null && (
          <span class="badge warn">
            {words.pausedUntil} {dateTimeText(paused.until, language)}: {paused.reason}
          </span>
        )}
        <span class="badge">{words.ofFile}</span>
      </div>
      <Reasons reasons={reasons} />
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
            <dd>{Array.isArray(value) ? value.join(', ') || '—' : String(value)}</dd>
          </>
        ))}
        {found !== null && found !== 'asking' && (
          <>
            <dt>{words.account}</dt>
            <dd>{found.account}</dd>
            <dt>{words.registered}</dt>
            <dd>{found.registered === null ? words.registeredNowhere : <code>{found.registered}</code>}</dd>
          </>
        )}
      </dl>
      {session.role === 'admin' && mode !== 'page' && (
        <div class="deeds">
          <button type="button" class="small" disabled={isAsking} onClick={() => void act('check')}>
            {words.check}
          </button>
          <button type="button" class="small" disabled={isAsking} onClick={() => void act('webhook')}>
            {words.webhook}
          </button>
        </div>
      )}
      <Checks
        checks={isAsking ? 'asking' : (found?.checks ?? null)}
        asking={words.askingMessenger}
        names={words.messengerChecks}
      />
    </article>
  );
}
