import type { OutboxEntry } from '../../../cli/maintenance/outbox-records.ts';
import { useConsole } from '../state/console-context.ts';
import { dateTimeText } from '../texts/times.ts';
import { DataTable } from '../ui/data-table.tsx';

interface Props {
  readonly jobs: readonly OutboxEntry[];
  readonly onChanged: () => void;
}

/** Messages that wait or were given up, and what can be done with each. */
export function JobTable({ jobs, onChanged }: Props) {
  const { texts, language, session, ask, say } = useConsole();
  const words = texts.queue;
  const act = async (id: number, does: 'resend' | 'retry' | 'drop'): Promise<void> => {
    const answer = await ask('POST', `/queue/jobs/${id}`, { do: does });
    if (answer.ok) say(words.done[does]);
    else say(answer.failure.text[language], 'failed');
    onChanged();
  };
  return (
    <DataTable
      label={words.messages}
      columns={[words.message, words.state, words.why, words.next, ...(session.role === 'admin' ? [words.deeds] : [])]}
    >
      {jobs.map((job) => (
        <tr key={job.id}>
          <th scope="row">
            {job.text === '' ? job.kind : job.text}
            <div class="quiet">
              {job.queue} · {job.lane}
            </div>
          </th>
          <td>
            <span class={`badge ${job.state === 'dead' ? 'bad' : job.state === 'stuck' ? 'warn' : ''}`}>
              {words.states[job.state]}
            </span>
            {job.behind > 0 && (
              <div class="quiet">
                {words.behind} {job.behind}
                {job.behindMore === true && '+'}
              </div>
            )}
          </td>
          <td>
            {job.error ?? '—'}
            {job.attempts > 0 && (
              <div class="quiet">
                {words.attempts} {job.attempts}
              </div>
            )}
          </td>
          <td class="number">{job.nextAt === null ? '—' : dateTimeText(job.nextAt, language)}</td>
          {session.role === 'admin' && (
            <td>
              <div class="deeds">
                <button
                  type="button"
                  class="small"
                  onClick={() => void act(job.id, job.state === 'dead' ? 'resend' : 'retry')}
                >
                  {job.state === 'dead' ? words.resend : words.retry}
                </button>
                <button type="button" class="small danger" onClick={() => void act(job.id, 'drop')}>
                  {words.drop}
                </button>
              </div>
            </td>
          )}
        </tr>
      ))}
    </DataTable>
  );
}
