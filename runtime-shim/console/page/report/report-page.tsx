import { useState } from 'preact/hooks';
import type { TransferOutcome } from '../../../../plugin/contract/transfer-record.ts';
import { Icon } from '../../../page/parts/pictures.tsx';
import type { ReportView } from '../../records/report-records.ts';
import { useAsked, useConsole } from '../state/console-context.ts';
import { numberText, shareText, spanText } from '../texts/times.ts';
import { HeatMap, StackedBars } from '../ui/charts.tsx';
import { NotYet, PageHead } from '../ui/page-head.tsx';
import { DataTable } from '../ui/data-table.tsx';

const DAY_MS = 24 * 3_600_000;
/** Figures of a month are no news within seconds, ms. */
const ASK_EVERY_MS = 60_000;

/** From the best to the worst, then those that are not over; named here, as a value of the contract would bring its schemas into the page. */
const OUTCOMES: readonly TransferOutcome[] = ['answered', 'unanswered', 'abandoned', 'refused', 'no_operators', 'open'];

/** The local day of a time as a field of type `date` has it. */
function dayOf(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function beginOf(day: string): number {
  return new Date(`${day}T00:00`).getTime();
}

/** «Отчёт»: the figures of transfers at a glance. */
export function ReportPage() {
  const { texts, language, session } = useConsole();
  const words = texts.report;
  const [from, setFrom] = useState(() => dayOf(Date.now() - 29 * DAY_MS));
  const [to, setTo] = useState(() => dayOf(Date.now()));
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const range = {
    from: String(beginOf(from) || 0),
    // To the end of the day: `to` itself is left out.
    to: String((beginOf(to) || 0) + DAY_MS),
  };
  const query = new URLSearchParams({ ...range, timeZone }).toString();
  const { value, failure } = useAsked<ReportView>(`/report?${query}`, ASK_EVERY_MS);
  return (
    <>
      <PageHead title={texts.pages.report} about={words.about}>
        {session.role === 'admin' && (
          <a class="small" href={`/console/api/report.csv?${query}`} download="transfers.csv">
            <Icon name="save" />
            {words.csv}
          </a>
        )}
      </PageHead>
      <div class="filters">
        {([7, 30, 90] as const).map((days) => (
          <button
            type="button"
            class="small"
            key={days}
            onClick={() => {
              setFrom(dayOf(Date.now() - (days - 1) * DAY_MS));
              setTo(dayOf(Date.now()));
            }}
          >
            {words.lastDays(days)}
          </button>
        ))}
        <label>
          {words.from}{' '}
          <input type="date" value={from} max={to} onInput={(event) => setFrom(event.currentTarget.value)} />
        </label>
        <label>
          {words.to} <input type="date" value={to} min={from} onInput={(event) => setTo(event.currentTarget.value)} />
        </label>
      </div>
      {value === undefined ? <NotYet failure={failure} /> : <Figures report={value} language={language} />}
    </>
  );
}

function Figures({ report, language }: { readonly report: ReportView; readonly language: 'ru' | 'en' }) {
  const { texts } = useConsole();
  const words = texts.report;
  const { byDay, waiting, firstAnswer, nobodyOnline, abandoned, transfers, messages } = report;
  const span = (ms: number | null): string => (ms === null ? '—' : spanText(ms, language));
  const monday = Date.UTC(2024, 0, 1);
  const days = Array.from({ length: 7 }, (_, index) =>
    new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' }).format(monday + index * DAY_MS),
  );
  return (
    <>
      <ul class="tiles figures">
        <Figure
          name={words.transfers}
          value={numberText(transfers, language)}
          about={words.messages(messages.lead, messages.operator)}
        />
        <Figure name={words.waiting} value={span(waiting.median)} about={`${words.ninety} ${span(waiting.p90)}`} />
        <Figure
          name={words.firstAnswer}
          value={span(firstAnswer.median)}
          about={`${words.ninety} ${span(firstAnswer.p90)}`}
        />
        <Figure
          name={words.nobody}
          value={shareText(nobodyOnline.share, language)}
          about={words.ofTransfers(nobodyOnline.count, transfers)}
        />
        <Figure
          name={words.abandoned}
          value={shareText(abandoned.share, language)}
          about={words.ofTransfers(abandoned.count, transfers)}
        />
      </ul>
      <StackedBars
        title={words.byDay}
        labels={byDay.map(({ day }) => day.slice(5).split('-').toReversed().join('.'))}
        series={OUTCOMES.map((outcome) => ({
          name: words.outcomes[outcome],
          values: byDay.map(({ outcomes }) => outcomes[outcome]),
        }))}
      />
      <HeatMap
        title={words.week}
        about={words.weekAbout}
        days={days}
        counts={report.byWeekdayAndHour}
        shares={report.nobodyByWeekdayAndHour}
      />
      <Parts title={words.byGroup} none={words.noGroup} parts={report.byGroup} />
      <Parts title={words.byOperator} none={words.noOperator} parts={report.byOperator} />
    </>
  );
}

function Figure({ name, value, about }: { readonly name: string; readonly value: string; readonly about: string }) {
  return (
    <li class="card figure">
      <h2>{name}</h2>
      <p class="figure-value">{value}</p>
      <p class="quiet">{about}</p>
    </li>
  );
}

/** A table with a bar in each row: whose figures are whose. */
function Parts({
  title,
  none,
  parts,
}: {
  readonly title: string;
  readonly none: string;
  readonly parts: ReportView['byGroup'];
}) {
  const { texts, language } = useConsole();
  const words = texts.report;
  const most = Math.max(1, ...parts.map(({ transfers }) => transfers));
  const span = (ms: number | null): string => (ms === null ? '—' : spanText(ms, language));
  return (
    <figure class="card chart">
      <figcaption>
        <h2>{title}</h2>
      </figcaption>
      <DataTable
        label={title}
        columns={[words.name, words.transfers, words.outcomes.answered, words.waitingShort, words.firstAnswerShort]}
      >
        {parts.map(({ name, transfers, outcomes, waiting, firstAnswer }) => (
          <tr key={name ?? ''}>
            <th scope="row">{name ?? none}</th>
            <td class="number">
              {transfers}
              <svg viewBox="0 0 100 6" class="part-bar" preserveAspectRatio="none" aria-hidden="true">
                <rect width={(transfers / most) * 100} height="6" />
              </svg>
            </td>
            <td class="number">{outcomes.answered}</td>
            <td class="number">
              {span(waiting.median)} / {span(waiting.p90)}
            </td>
            <td class="number">
              {span(firstAnswer.median)} / {span(firstAnswer.p90)}
            </td>
          </tr>
        ))}
      </DataTable>
    </figure>
  );
}
