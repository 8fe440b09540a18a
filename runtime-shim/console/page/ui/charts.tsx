/** Charts of plain SVG. Each has its numbers as a table behind it, and none needs colour to be read. */
import { useId } from 'preact/hooks';
import { useConsole } from '../state/console-context.ts';
import { dateTimeText } from '../texts/times.ts';
import { DataTable } from './data-table.tsx';

const SPARK_WIDTH = 240;
const SPARK_HEIGHT = 44;
/** Rows of the table behind a small chart: enough to see what happened when. */
const SPARK_ROWS = 12;

interface SparkProps {
  readonly label: string;
  /** Unix ms and a value, in order. */
  readonly points: ReadonlyArray<readonly [number, number]>;
  readonly valueText: (value: number) => string;
}

/** A small line over the last hours, with its highest and its present value in words. */
export function Spark({ label, points, valueText }: SparkProps) {
  const { texts, language } = useConsole();
  const values = points.map(([, value]) => value);
  const most = Math.max(0, ...values);
  const now = values.at(-1) ?? 0;
  const [from = 0, to = 0] = [points[0]?.[0], points.at(-1)?.[0]];
  const place = ([at, value]: readonly [number, number]): string => {
    const x = to === from ? SPARK_WIDTH : ((at - from) / (to - from)) * SPARK_WIDTH;
    const y = SPARK_HEIGHT - 3 - (most === 0 ? 0 : (value / most) * (SPARK_HEIGHT - 8));
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  };
  const places = points.map(place);
  // One look is a level line.
  const line = places.length === 1 ? `0,${places[0]?.split(',')[1] ?? 0} ${places.join(' ')}` : places.join(' ');
  const step = Math.max(1, Math.ceil(points.length / SPARK_ROWS));
  const rows = points.filter((_, index) => (points.length - 1 - index) % step === 0).toReversed();
  const said = `${label}: ${texts.charts.now} ${valueText(now)}, ${texts.charts.most} ${valueText(most)}`;
  return (
    <figure class="spark">
      <figcaption>{said}</figcaption>
      <svg viewBox={`0 0 ${SPARK_WIDTH} ${SPARK_HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <polyline class="chart-line" points={line} />
      </svg>
      <details>
        <summary>
          {texts.charts.table}
          <span class="visually-hidden">: {label}</span>
        </summary>
        <table>
          <tbody>
            {rows.map(([at, value]) => (
              <tr key={at}>
                <th scope="row">{dateTimeText(at, language)}</th>
                <td class="number">{valueText(value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

export interface BarSeries {
  readonly name: string;
  /** As many as there are labels. */
  readonly values: readonly number[];
}

const BARS_WIDTH = 720;
/** A single day is a bar too, not a wall. */
const WIDEST_BAR = 60;
const BARS_HEIGHT = 180;
const AXIS = 22;
/** Room for the halves of the outer labels. */
const MARGIN = 14;
/** Labels below the bars: so many fit. */
const MAX_LABELS = 10;
/** Lines of each series' hatching, so that they differ without colour: slope and distance. */
const HATCHES = ['M0 0h8', 'M0 8L8 0', 'M0 0L8 8', 'M0 0v8', 'M0 4h8M4 0v8', 'M4 4h.1'] as const;

/** Bars that stand on one another, one for each label. */
export function StackedBars({
  title,
  labels,
  series,
}: {
  readonly title: string;
  readonly labels: readonly string[];
  readonly series: readonly BarSeries[];
}) {
  const { texts } = useConsole();
  const id = useId();
  const sums = labels.map((_, index) => series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0));
  const most = Math.max(1, ...sums);
  const width = BARS_WIDTH / Math.max(1, labels.length);
  const bar = Math.min(width * 0.76, WIDEST_BAR);
  const every = Math.ceil(labels.length / MAX_LABELS);
  return (
    <figure class="card chart">
      <figcaption>
        <h2>{title}</h2>
        <ul class="legend">
          {series.map(({ name, values }, index) => (
            <li key={name}>
              <svg viewBox="0 0 16 16" class={`series-${index}`} aria-hidden="true">
                <rect width="16" height="16" class="series-ground" />
                <rect width="16" height="16" fill={`url(#${id}-${index})`} />
              </svg>
              {name}: {values.reduce((sum, value) => sum + value, 0)}
            </li>
          ))}
        </ul>
      </figcaption>
      <svg
        viewBox={`${-MARGIN} 0 ${BARS_WIDTH + 2 * MARGIN} ${BARS_HEIGHT + AXIS}`}
        class="bars"
        role="img"
        aria-label={title}
      >
        <defs>
          {series.map(({ name }, index) => (
            <pattern key={name} id={`${id}-${index}`} width="8" height="8" patternUnits="userSpaceOnUse">
              <path d={HATCHES[index % HATCHES.length] ?? HATCHES[0]} class="hatch" />
            </pattern>
          ))}
        </defs>
        <line x1="0" x2={BARS_WIDTH} y1={BARS_HEIGHT} y2={BARS_HEIGHT} class="axis" />
        <text x="2" y="12" class="axis-text">
          {most}
        </text>
        {labels.map((label, index) => {
          let top = BARS_HEIGHT;
          return (
            <g key={label}>
              <title>{`${label}: ${sums[index] ?? 0}`}</title>
              {series.map(({ name, values }, place) => {
                const height = ((values[index] ?? 0) / most) * (BARS_HEIGHT - 18);
                top -= height;
                if (height === 0) return null;
                const box = { x: (index + 0.5) * width - bar / 2, y: top, width: bar, height };
                return (
                  <g key={name} class={`series-${place}`}>
                    <rect {...box} class="series-ground" />
                    <rect {...box} fill={`url(#${id}-${place})`} />
                  </g>
                );
              })}
              {index % every === 0 && (
                <text x={(index + 0.5) * width} y={BARS_HEIGHT + 16} text-anchor="middle" class="axis-text">
                  {label}
                </text>
              )}
            </g>
          );
        })}
      </svg>
      <details>
        <summary>
          {texts.charts.table}
          <span class="visually-hidden">: {title}</span>
        </summary>
        <DataTable label={title} columns={[texts.charts.label, ...series.map(({ name }) => name)]}>
          {labels.map((label, index) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {series.map(({ name, values }) => (
                <td class="number" key={name}>
                  {values[index] ?? 0}
                </td>
              ))}
            </tr>
          ))}
        </DataTable>
      </details>
    </figure>
  );
}

/** A table whose cells are tinted by how much is in them: it is its own table. */
export function HeatMap({
  title,
  about,
  days,
  counts,
  shares,
}: {
  readonly title: string;
  readonly about: string;
  readonly days: readonly string[];
  readonly counts: ReadonlyArray<readonly number[]>;
  /** Of those, how many found nobody online. */
  readonly shares: ReadonlyArray<readonly number[]>;
}) {
  const { texts } = useConsole();
  const most = Math.max(1, ...counts.flat());
  return (
    <figure class="card chart">
      <figcaption>
        <h2>{title}</h2>
        <p class="quiet">{about}</p>
      </figcaption>
      <DataTable
        label={title}
        look="heat"
        columns={[
          <span class="visually-hidden">{texts.charts.weekday}</span>,
          ...Array.from({ length: 24 }, (_, hour) => hour),
        ]}
      >
        {days.map((day, index) => (
          <tr key={day}>
            <th scope="row">{day}</th>
            {Array.from({ length: 24 }, (_, hour) => {
              const count = counts[index]?.[hour] ?? 0;
              const nobody = shares[index]?.[hour] ?? 0;
              return (
                <td
                  key={hour}
                  class={`heat-${count === 0 ? 0 : Math.ceil((count / most) * 4)}`}
                  title={`${day} ${hour}:00 — ${count}, ${texts.charts.nobody} ${nobody}`}
                >
                  {count === 0 ? '' : count}
                  {nobody > 0 && (
                    <small>
                      −{nobody}
                      <span class="visually-hidden"> {texts.charts.nobody}</span>
                    </small>
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </DataTable>
    </figure>
  );
}
