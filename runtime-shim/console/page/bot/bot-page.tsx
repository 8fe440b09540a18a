import type { BotView } from '../../records/state-records.ts';
import { useAsked, useConsole } from '../state/console-context.ts';
import { dateTimeText, numberText } from '../texts/times.ts';
import { NotYet, PageHead } from '../ui/page-head.tsx';
import { Reasons } from '../ui/reasons.tsx';
import { DataTable } from '../ui/data-table.tsx';

/** «Бот»: which folders, what was wrong with them, what scripts take and where they fail. */
export function BotPage() {
  const { texts, language } = useConsole();
  const words = texts.bot;
  const { value, failure } = useAsked<BotView>('/bot');
  if (value === undefined) {
    return (
      <>
        <PageHead title={texts.pages.bot} />
        <NotYet failure={failure} />
      </>
    );
  }
  const { bots, scripts, errors } = value;
  return (
    <>
      <PageHead title={texts.pages.bot} about={words.about} />
      <ul class="cards">
        {bots.map(({ id, folder, problems, readAt, scheduled, waiting }) => (
          <li key={id} class="card">
            <div class="binding-head">
              <h2>{id}</h2>
              <span class={problems.length === 0 ? 'badge good' : 'badge bad'}>
                {problems.length === 0 ? words.good : words.problems(problems.length)}
              </span>
            </div>
            <dl class="facts">
              <dt>{words.folder}</dt>
              <dd>
                <code>{folder}</code>
              </dd>
              <dt>{words.readAt}</dt>
              <dd>{dateTimeText(readAt, language)}</dd>
              <dt>{words.scheduled}</dt>
              <dd class="number">{numberText(scheduled, language)}</dd>
              <dt>{words.waiting}</dt>
              <dd class="number">{numberText(waiting, language)}</dd>
            </dl>
            <Reasons reasons={problems.map((problem) => problem[language])} />
          </li>
        ))}
      </ul>
      <section class="below">
        <h2>{words.errors}</h2>
        {errors.length === 0 ? (
          <p class="card">{words.noErrors}</p>
        ) : (
          <DataTable label={words.errors} columns={[words.place, words.what, words.count, words.lastAt]}>
            {errors.map(({ place, code, message, ru, count, lastAt }) => (
              <tr key={`${place} ${code}`}>
                <th scope="row">{place}</th>
                <td>
                  {message === null ? code : language === 'ru' ? (ru ?? message) : message}
                  {message !== null && <div class="quiet">{code}</div>}
                </td>
                <td class="number">{numberText(count, language)}</td>
                <td class="number">{dateTimeText(lastAt, language)}</td>
              </tr>
            ))}
          </DataTable>
        )}
      </section>
      <section class="below">
        <h2>{words.scripts}</h2>
        {scripts.length === 0 ? (
          <p class="card">{words.noScripts}</p>
        ) : (
          <DataTable
            label={words.scripts}
            columns={[words.script, words.runs, words.failed, words.cpu, words.slowest, words.lastAt]}
          >
            {scripts.map(({ script, runs, failed, cpuMs, slowestMs, lastAt }) => (
              <tr key={script}>
                <th scope="row">{script}</th>
                <td class="number">{numberText(runs, language)}</td>
                <td class="number">{numberText(failed, language)}</td>
                <td class="number">{numberText(Math.round(cpuMs), language)}</td>
                <td class="number">{numberText(Math.round(slowestMs), language)}</td>
                <td class="number">{dateTimeText(lastAt, language)}</td>
              </tr>
            ))}
          </DataTable>
        )}
      </section>
    </>
  );
}
