/** One bar of a chart. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Ours stand out. */
  readonly isOurs: boolean;
}

const WIDTH = 720;
const LABELS = 300;
const NUMBERS = 90;
const ROW = 30;
const TOP = 44;

/** A horizontal bar chart as SVG, readable on light and dark pages. */
export function barChart(title: string, unit: string, bars: readonly Bar[]): string {
  const most = Math.max(...bars.map(({ value }) => value));
  const rows = bars.map(({ label, value, isOurs }, index) => {
    const y = TOP + index * ROW;
    const width = Math.max(2, ((WIDTH - LABELS - NUMBERS) * value) / most);
    return [
      `<text x="${LABELS - 10}" y="${y + 15}" text-anchor="end">${escaped(label)}</text>`,
      `<rect x="${LABELS}" y="${y}" width="${width.toFixed(1)}" height="20" rx="3" fill="${isOurs ? '#2f7de1' : '#9aa4b2'}"/>`,
      `<text x="${(LABELS + width + 8).toFixed(1)}" y="${y + 15}">${Math.round(value).toLocaleString('en-US')}</text>`,
    ].join('');
  });
  const height = TOP + bars.length * ROW + 10;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    '<style>text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-size:15px;font-weight:600}',
    '@media(prefers-color-scheme:dark){text{fill:#e6edf3}}</style>',
    `<text class="title" x="10" y="24">${escaped(title)}, ${escaped(unit)}</text>`,
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
