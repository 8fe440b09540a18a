import { useState } from 'preact/hooks';
import type { QueueView } from '../../records/queue-records.ts';
import { useAsked, useConsole } from '../state/console-context.ts';
import { dateTimeText, numberText, spanText } from '../texts/times.ts';
import { Confirm } from '../ui/confirm.tsx';
import { NotYet, PageHead } from '../ui/page-head.tsx';
import { Spark } from '../ui/charts.tsx';
import { JobTable } from './job-table.tsx';

/** «Очередь»: how full the queues are, what is stuck and why, what was given up. */
export function QueuePage() {
  const { texts, language, session, ask, say } = useConsole();
  const words = texts.queue;
  const { value, failure, again } = useAsked<QueueView>('/queue');
  const [dropping, setDropping] = useState<string | null>(null);
  if (value === undefined) {
    return (
      <>
        <PageHead title={texts.pages.queue} />
        <NotYet failure={failure} />
      </>
    );
  }
  const since = value.queues[0]?.history[0]?.at;
  const about =
    since === undefined ? words.about : `${words.about} ${words.chartsSince(dateTimeText(since, language))}`;
  const dead = value.entries.filter(({ state }) => state === 'dead');
  const reasons = Map.groupBy(dead, ({ reason }) => reason);
  const act = async (path: string, body: unknown): Promise<void> => {
    const answer = await ask<{ done: number }>('POST', path, body);
    if (answer.ok) say(`${words.doneCount} ${numberText(answer.value.done, language)}`);
    else say(answer.failure.text[language], 'failed');
    again();
  };
  return (
    <>
      <PageHead title={texts.pages.queue} about={about}>
        {session.role === 'admin' && (
          <button type="button" class="small" onClick={() => void act('/queue/retry', {})}>
            {words.retryAll}
          </button>
        )}
      </PageHead>
      {value.queues.length === 0 && (
        <p class="card" role="status">
          {words.empty}
        </p>
      )}
      <ul class="tiles">
        {value.queues.map(({ queue, jobs, dead: given, retrying, oldestAt, paused, history }) => (
          <li key={queue} class="card tile">
            <h2>{queue}</h2>
            <dl class="facts">
              <dt>{words.jobs}</dt>
              <dd class="number">{numberText(jobs, language)}</dd>
              <dt>{words.oldest}</dt>
              <dd class="number">{oldestAt === null ? '—' : spanText(Date.now() - oldestAt, language)}</dd>
              <dt>{words.retrying}</dt>
              <dd class="number">{numberText(retrying, language)}</dd>
              <dt>{words.dead}</dt>
              <dd class="number">{numberText(given, language)}</dd>
            </dl>
            {paused !== null && (
              <p class="badge warn">
                {words.paused} {dateTimeText(paused.until, language)}: {paused.reason}
              </p>
            )}
            <Spark
              label={words.depthChart}
              points={history.map((one) => [one.at, one.jobs])}
              valueText={(count) => numberText(count, language)}
            />
            <Spark
              label={words.ageChart}
              points={history.map((one) => [one.at, one.ageMs])}
              valueText={(ms) => spanText(ms, language)}
            />
          </li>
        ))}
      </ul>
      {reasons.size > 0 && (
        <section class="card below" aria-label={words.deadByReason}>
          <h2>{words.deadByReason}</h2>
          <ul class="reason-list">
            {Array.from(reasons, ([reason, entries]) => (
              <li key={reason}>
                <code>{reason === '' ? '—' : reason}</code> <span class="badge bad">{entries.length}</span>
                {session.role === 'admin' && (
                  <span class="deeds">
                    <button
                      type="button"
                      class="small"
                      onClick={() => void act('/queue/dead', { do: 'resend', reason })}
                    >
                      {words.resendAll}
                    </button>
                    <button type="button" class="small danger" onClick={() => setDropping(reason)}>
                      {words.dropAll}
                    </button>
                  </span>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      <section class="below">
        <h2>{words.messages}</h2>
        {value.entries.length === 0 ? (
          <p class="card">{words.nothing}</p>
        ) : (
          <JobTable jobs={value.entries} onChanged={again} />
        )}
        {value.more && <p class="quiet">{words.more}</p>}
      </section>
      {dropping !== null && (
        <Confirm
          title={words.dropAll}
          does={words.dropAll}
          onDo={() => void act('/queue/dead', { do: 'drop', reason: dropping })}
          onClose={() => setDropping(null)}
        >
          <p>
            {words.dropHint} <code>{dropping}</code>
          </p>
        </Confirm>
      )}
    </>
  );
}
