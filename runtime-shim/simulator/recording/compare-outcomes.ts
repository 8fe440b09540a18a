import { type Language, same, type Text, together } from '../../../plugin/contract/text.ts';
import { engineText } from '../../sandbox/engine-words.ts';
import { MODE_TEXTS, REPLAY_TEXTS } from './replay-texts.ts';
import type { RecordedAction, Outcome, RecordedError, Seen, Step } from './recording-schema.ts';

/** A line of a comparison: as recorded (` `), only recorded (`-`), only now (`+`). */
interface DifferenceLine {
  readonly mark: ' ' | '-' | '+';
  readonly text: Text;
}

/** Where a replay went another way: lines as a person reads them. */
export interface Difference {
  /** Counts from 1. */
  readonly step: number;
  readonly deed: RecordedAction;
  readonly what: 'sees' | 'scripts' | 'errors' | 'mode' | 'header' | 'deed';
  readonly expected: readonly string[];
  readonly got: readonly string[];
  /** Both, line by line and in their order. A line that has moved is taken away in one place and added in another. */
  readonly lines: readonly DifferenceLine[];
}

/** How a step's outcome differs from the recorded one. */
export function differencesOf(step: number, recorded: Step, got: Outcome): Difference[] {
  const { deed, outcome: expected } = recorded;
  const differences: Difference[] = [];
  const compare = <Line>(
    what: Difference['what'],
    wanted: readonly Line[],
    came: readonly Line[],
    { isSame, textOf }: Comparison<Line>,
  ): void => {
    const lines = compareLines(wanted, came, { isSame, textOf });
    if (lines.every(({ mark }) => mark === ' ')) return;
    const englishOf = (line: Line): string => textOf(line).en;
    differences.push({ step, deed, what, expected: wanted.map(englishOf), got: came.map(englishOf), lines });
  };
  compare('sees', expected.sees ?? [], got.sees ?? [], { isSame: isSameSeen, textOf: seenLine });
  compare('scripts', expected.scripts ?? [], got.scripts ?? [], WORDS);
  compare('errors', errorsOf(expected, got), got.errors ?? [], { isSame: isSameError, textOf: errorLine });
  compare('mode', expected.mode === undefined ? [] : [expected.mode], got.mode === undefined ? [] : [got.mode], MODES);
  compare('header', headerLines(expected.header), headerLines(got.header), WORDS);
  return differences;
}

/** What could not be done this time. */
export function impossibleDeed(step: number, deed: RecordedAction, reason: Text): Difference {
  const lines = [{ mark: '+', text: reason }] as const;
  return { step, deed, what: 'deed', expected: ['possible'], got: [reason.en], lines };
}

interface Comparison<Line> {
  readonly isSame: (expected: Line, got: Line) => boolean;
  readonly textOf: (line: Line) => Text;
}
const MODES: Comparison<NonNullable<Outcome['mode']>> = {
  isSame: (one, other) => one === other,
  textOf: (mode) => MODE_TEXTS[mode],
};
const WORDS: Comparison<string> = { isSame: (one, other) => one === other, textOf: same };

/** The longest common sequence of both sides, and what each has beside it. */
function compareLines<Line>(
  expected: readonly Line[],
  got: readonly Line[],
  { isSame, textOf }: Comparison<Line>,
): DifferenceLine[] {
  const width = got.length + 1;
  /** How many lines are common from `row` of the expected and `column` of the got ones on. */
  const common = new Uint32Array((expected.length + 1) * width);
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  const isCommon = (row: number, column: number): boolean => {
    const [one, other] = [expected[row], got[column]];
    return one !== undefined && other !== undefined && isSame(one, other);
  };
  for (let row = expected.length - 1; row >= 0; row -= 1) {
    for (let column = got.length - 1; column >= 0; column -= 1) {
      common[row * width + column] = isCommon(row, column)
        ? at(row + 1, column + 1) + 1
        : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const lines: DifferenceLine[] = [];
  let [row, column] = [0, 0];
  while (row < expected.length || column < got.length) {
    const [one, other] = [expected[row], got[column]];
    if (one !== undefined && other !== undefined && isSame(one, other)) {
      lines.push({ mark: ' ', text: textOf(one) });
      [row, column] = [row + 1, column + 1];
    } else if (one !== undefined && (other === undefined || at(row + 1, column) >= at(row, column + 1))) {
      lines.push({ mark: '-', text: textOf(one) });
      row += 1;
    } else if (other !== undefined) {
      lines.push({ mark: '+', text: textOf(other) });
      column += 1;
    }
  }
  return lines;
}

function isSameSeen(expected: Seen, got: Seen): boolean {
  if (expected.from !== got.from) return false;
  if (JSON.stringify([expected.menu, expected.files]) !== JSON.stringify([got.menu, got.files])) return false;
  if (expected.matches === undefined) return expected.text === got.text;
  return new RegExp(expected.matches, 'u').test(got.text ?? '');
}

/** A line of the chat on one line. */
function seenLine({ from, text, matches, menu = [], files = [] }: Seen): Text {
  const said = matches === undefined ? text : `/${matches}/`;
  const parts = [said, ...files.map((url) => `<${url}>`), ...menu.map((item) => `[${item}]`)];
  const line = parts.filter((part) => part !== undefined).join(' ');
  return { en: `${from}: ${oneLine(line)}`, ru: `${REPLAY_TEXTS[from].ru}: ${oneLine(line)}` };
}

/** A recording of an earlier version has only the code of an error, behind its script: then there is no message to compare. */
function errorsOf(expected: Outcome, got: Outcome): readonly RecordedError[] {
  if (expected.errors !== undefined) return expected.errors;
  const hadErrors = expected.scripts?.some((script) => script.includes(' ! ')) ?? false;
  return hadErrors ? (got.errors ?? []) : [];
}

/** The line is shown and not compared: a comment above the mistake would make another one of it. */
function isSameError(expected: RecordedError, got: RecordedError): boolean {
  const { script, file, code, message } = expected;
  return script === got.script && file === got.file && code === got.code && message === got.message;
}

function errorLine({ script, file, line, code, message, ru }: RecordedError): Text {
  const place = line === null ? file : `${file}:${line}`;
  // A recording of an earlier version has the English message only; of the engine's own words that is enough.
  const text = ru === undefined ? engineText(message) : { en: message, ru };
  return together((language) => `${script}, ${place}: ${oneLine(text[language])} (${code})`);
}

function oneLine(text: string): string {
  return text.replaceAll('\n', ' ⏎ ');
}

function headerLines(header: Readonly<Record<string, string>> | undefined): string[] {
  return Object.entries(header ?? {})
    .map(([key, value]) => `${key} = ${value}`)
    .sort();
}

/** A difference as a person reads it: `-` was recorded, `+` happened now. */
export function differenceText({ step, deed, what, lines }: Difference, language: Language): string {
  const head = REPLAY_TEXTS.head(step, actionText(deed), REPLAY_TEXTS[what]);
  return [head[language], ...lines.map(({ mark, text }) => `  ${mark} ${text[language]}`)].join('\n');
}

/** An action in a few words. */
function actionText(action: RecordedAction): Text {
  switch (action.does) {
    case 'say':
      return REPLAY_TEXTS.leadSays(action.text ?? action.files?.[0]?.url ?? '');
    case 'status':
      return REPLAY_TEXTS.operatorIs(action.operator, action.status);
    case 'reply':
      return REPLAY_TEXTS.operatorAnswers(action.operator, action.text);
    case 'file':
      return REPLAY_TEXTS.operatorSends(action.operator, action.name ?? action.url);
    case 'transfer':
      return REPLAY_TEXTS.operatorHandsOver(action.operator, action.to);
    case 'wait':
      return REPLAY_TEXTS.timePasses(action.seconds);
    case 'hold':
      return REPLAY_TEXTS.liveTexWaits;
    case 'read':
      return REPLAY_TEXTS.operatorReads(action.operator);
    case 'close':
      return REPLAY_TEXTS.operatorCloses(action.operator);
  }
}
