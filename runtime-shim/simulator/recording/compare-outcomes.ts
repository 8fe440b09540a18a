import type { Outcome, RecordedAction, Seen, Step } from './recording-schema.ts';

/** Where a replay went another way: lines as a person reads them. */
export interface Difference {
  /** Counts from 1. */
  readonly step: number;
  readonly deed: RecordedAction;
  readonly what: 'sees' | 'scripts' | 'mode' | 'header' | 'deed';
  readonly expected: readonly string[];
  readonly got: readonly string[];
}

/** How a step's outcome differs from the recorded one. */
export function differencesOf(step: number, recorded: Step, got: Outcome): Difference[] {
  const { deed, outcome: expected } = recorded;
  const differences: Difference[] = [];
  const compare = (what: Difference['what'], wanted: readonly string[], came: readonly string[]): void => {
    if (JSON.stringify(wanted) !== JSON.stringify(came))
      differences.push({ step, deed, what, expected: wanted, got: came });
  };
  if (!sameSees(expected.sees ?? [], got.sees ?? [])) {
    const wanted = (expected.sees ?? []).map(seenLine);
    differences.push({ step, deed, what: 'sees', expected: wanted, got: (got.sees ?? []).map(seenLine) });
  }
  compare('scripts', expected.scripts ?? [], got.scripts ?? []);
  compare('mode', expected.mode === undefined ? [] : [expected.mode], got.mode === undefined ? [] : [got.mode]);
  compare('header', headerLines(expected.header), headerLines(got.header));
  return differences;
}

function sameSees(expected: readonly Seen[], got: readonly Seen[]): boolean {
  return expected.length === got.length && expected.every((line, index) => isSame(line, got[index]));
}

function isSame(expected: Seen, got: Seen | undefined): boolean {
  if (got === undefined || expected.from !== got.from) return false;
  if (JSON.stringify([expected.menu, expected.files]) !== JSON.stringify([got.menu, got.files])) return false;
  if (expected.matches === undefined) return expected.text === got.text;
  return new RegExp(expected.matches, 'u').test(got.text ?? '');
}

/** A line of the chat on one line. */
function seenLine({ from, text, matches, menu = [], files = [] }: Seen): string {
  const said = matches === undefined ? text : `/${matches}/`;
  const parts = [said, ...files.map((url) => `<${url}>`), ...menu.map((item) => `[${item}]`)];
  return `${from}: ${parts
    .filter((part) => part !== undefined)
    .join(' ')
    .replaceAll('\n', ' ⏎ ')}`;
}

function headerLines(header: Readonly<Record<string, string>> | undefined): string[] {
  return Object.entries(header ?? {})
    .map(([key, value]) => `${key} = ${value}`)
    .sort();
}

const WHAT: Readonly<Record<Difference['what'], string>> = {
  sees: 'what the lead sees',
  scripts: 'scripts',
  mode: 'mode of the dialog',
  header: "attributes in the operator's header",
  deed: 'this could not be done',
};

/** A difference as a person reads it: `-` was recorded, `+` happened now. */
export function differenceText({ step, deed, what, expected, got }: Difference): string {
  const head = `step ${step}, ${actionText(deed)}: ${WHAT[what]}`;
  if (what === 'deed') return [head, ...got.map((line) => `  + ${line}`)].join('\n');
  const same = new Set(expected.filter((line) => got.includes(line)));
  const lines = [
    ...expected.map((line) => `  ${same.has(line) ? ' ' : '-'} ${line}`),
    ...got.filter((line) => !same.has(line)).map((line) => `  + ${line}`),
  ];
  const isOrder = same.size === expected.length && same.size === got.length;
  return [isOrder ? `${head} (another order)` : head, ...lines].join('\n');
}

/** An action in a few words. */
function actionText(action: RecordedAction): string {
  switch (action.does) {
    case 'say':
      return `the lead says "${action.text ?? action.files?.[0]?.url ?? ''}"`;
    case 'status':
      return `operator ${action.operator} is ${action.status}`;
    case 'reply':
      return `operator ${action.operator} answers "${action.text}"`;
    case 'file':
      return `operator ${action.operator} sends ${action.name ?? action.url}`;
    case 'transfer':
      return `operator ${action.operator} hands over to ${action.to}`;
    case 'hold':
      return 'LiveTex asks to wait';
    case 'read':
      return `operator ${action.operator} reads`;
    case 'close':
      return `operator ${action.operator} closes the dialog`;
  }
}
