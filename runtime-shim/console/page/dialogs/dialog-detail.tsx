import { useState } from 'preact/hooks';
import { AttachmentCard, RichText } from '../../../page/parts/message-content.tsx';
import { Icon } from '../../../page/parts/pictures.tsx';
import type { DialogDetail } from '../../records/dialog-records.ts';
import { JobTable } from '../queue/job-table.tsx';
import { useAsked, useConsole } from '../state/console-context.ts';
import { dateTimeText, spanText } from '../texts/times.ts';
import { NotYet, PageHead } from '../ui/page-head.tsx';
import { ModeBadge } from './mode-badge.tsx';

interface Props {
  readonly bot: string;
  readonly channel: string;
  readonly externalId: string;
}

/** One dialog: what was said, how its transfers went, what is known of the lead, what waits. */
export function DialogDetailView({ bot, channel, externalId }: Props) {
  const { texts, language, session, ask, say } = useConsole();
  const words = texts.dialogs;
  const path = `/dialogs/${[bot, channel, externalId].map(encodeURIComponent).join('/')}`;
  const [before, setBefore] = useState<number | null>(null);
  const { value, failure, again } = useAsked<DialogDetail>(before === null ? path : `${path}?before=${before}`);
  const [asking, setAsking] = useState(false);
  const [group, setGroup] = useState('');
  const [reason, setReason] = useState('');
  const back = (
    <a class="small" href="#/dialogs">
      <Icon name="back" />
      {words.back}
    </a>
  );
  if (value === undefined) {
    return (
      <>
        <PageHead title={externalId}>{back}</PageHead>
        <NotYet failure={failure} />
      </>
    );
  }
  const { dialog, attributes, systemAttributes, scheduled, messages, earlier, transfers, waiting } = value;
  const act = async (what: string, body: unknown, done: string): Promise<void> => {
    const answer = await ask('POST', `${path}/${what}`, body);
    if (answer.ok) say(done);
    else say(answer.failure.text[language], 'failed');
    setAsking(false);
    again();
  };
  const wishes = {
    ...(group.trim() === '' ? {} : { group: group.trim() }),
    ...(reason.trim() === '' ? {} : { reason }),
  };
  return (
    <>
      <PageHead title={dialog.name ?? externalId} about={`${bot} · ${channel} · ${externalId}`}>
        {back}
        {session.role === 'admin' && (
          <>
            <button
              type="button"
              class="small"
              disabled={dialog.mode === 'bot'}
              onClick={() => void act('return', {}, words.returned)}
            >
              {words.toBot}
            </button>
            <button type="button" class="small" aria-expanded={asking} onClick={() => setAsking(!asking)}>
              {words.toOperator}
            </button>
          </>
        )}
      </PageHead>
      {asking && (
        <form
          class="card transfer-form"
          onSubmit={(event) => {
            event.preventDefault();
            void act('transfer', wishes, words.transferred);
          }}
        >
          <label class="field">
            <span>{words.group}</span>
            <input type="text" value={group} onInput={(event) => setGroup(event.currentTarget.value)} />
          </label>
          <label class="field">
            <span>{words.reason}</span>
            <input
              type="text"
              value={reason}
              maxLength={500}
              onInput={(event) => setReason(event.currentTarget.value)}
            />
          </label>
          <button type="submit" class="primary">
            {words.toOperator}
          </button>
        </form>
      )}
      <p class="state-line">
        <ModeBadge mode={dialog.mode} /> {dialog.operator !== null && `${words.operator}: ${dialog.operator} · `}
        {words.binding}: {dialog.binding ?? words.noBinding}
      </p>
      <div class="two-columns">
        <section class="card" aria-label={words.transcript}>
          <h2>{words.transcript}</h2>
          {messages === null ? (
            <p class="quiet">{words.textsForAdmins}</p>
          ) : (
            <>
              <div class="choice-row">
                {earlier > 0 && (
                  <button type="button" class="small" onClick={() => setBefore(earlier + 1)}>
                    {words.earlier}
                  </button>
                )}
                {before !== null && (
                  <button type="button" class="small" onClick={() => setBefore(null)}>
                    {words.newest}
                  </button>
                )}
              </div>
              <ol class="transcript">
                {messages.map((line) => (
                  <li key={line.seq} class={`line-${line.from}`}>
                    <span class="quiet">
                      {line.operator ?? words.from[line.from]} · {dateTimeText(line.at, language)}
                    </span>
                    {line.text !== undefined && <RichText text={line.text} />}
                    {line.attachments?.map((file) => (
                      <AttachmentCard key={file.url} file={file} />
                    ))}
                    {line.buttons !== undefined && (
                      <span class="quiet">
                        {line.buttons
                          .flat()
                          .map((button) => `[${button.text}]`)
                          .join(' ')}
                      </span>
                    )}
                  </li>
                ))}
              </ol>
              {messages.length === 0 && <p class="quiet">{words.silent}</p>}
            </>
          )}
        </section>
        <div class="stack">
          <section class="card" aria-label={words.transfers}>
            <h2>{words.transfers}</h2>
            {transfers.length === 0 && <p class="quiet">{words.noTransfers}</p>}
            <ol class="timeline">
              {transfers.toReversed().map((one) => (
                <li key={`${one.requestedAt}-${one.number}`}>
                  <strong>{dateTimeText(one.requestedAt, language)}</strong>{' '}
                  {one.reason !== null && <span>«{one.reason}»</span>}
                  <div class="quiet">
                    {[
                      one.group?.name ?? one.group?.id,
                      one.operator?.name ?? one.operator?.id,
                      one.connectedAt === null
                        ? words.notConnected
                        : `${words.connected} ${spanText(one.connectedAt - one.requestedAt, language)}`,
                      one.endedBy === null ? words.goesOn : words.ends[one.endedBy],
                    ]
                      .filter(Boolean)
                      .join(' · ')}
                  </div>
                </li>
              ))}
            </ol>
          </section>
          <section class="card" aria-label={words.attributes}>
            <h2>{words.attributes}</h2>
            {attributes === null ? (
              <p class="quiet">{words.textsForAdmins}</p>
            ) : (
              <Attributes attributes={attributes} system={systemAttributes ?? {}} />
            )}
          </section>
          {scheduled.length > 0 && (
            <section class="card" aria-label={words.scheduled}>
              <h2>{words.scheduled}</h2>
              <ul>
                {scheduled.map(({ n, script, at }) => (
                  <li key={n}>
                    {dateTimeText(at, language)} · {script}
                  </li>
                ))}
              </ul>
            </section>
          )}
        </div>
      </div>
      <section class="card below" aria-label={words.waiting}>
        <h2>{words.waiting}</h2>
        {waiting.length === 0 ? (
          <p class="quiet">{words.nothingWaits}</p>
        ) : (
          <JobTable jobs={waiting} onChanged={again} />
        )}
      </section>
    </>
  );
}

function Attributes({
  attributes,
  system,
}: {
  readonly attributes: Readonly<Record<string, string>>;
  readonly system: Readonly<Record<string, unknown>>;
}) {
  const { texts } = useConsole();
  const rows = [
    ...Object.entries(attributes),
    ...Object.entries(system).map(([key, value]) => [key, JSON.stringify(value)] as const),
  ];
  if (rows.length === 0) return <p class="quiet">{texts.dialogs.noAttributes}</p>;
  return (
    <dl class="facts">
      {rows.map(([key, value]) => (
        <>
          <dt>{key}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  );
}
