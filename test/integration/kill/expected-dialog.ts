import type { TranscriptMessage } from '../../../runtime-shim/runtime/contract.ts';
import {
  ANNA,
  ASKS,
  ASKS_OTHER,
  BORIS,
  BOT_HEADER,
  HASTY,
  IMPATIENT,
  LEAD_HEADER,
  NOTICES,
  replyTo,
  SAYS_BYE,
} from './words.ts';

/** A line that the lead must see. The bot's lines are numbered by the bot itself. */
export type ExpectedLine =
  | { readonly from: 'notice' | 'operator'; readonly text: string }
  | { readonly from: 'bot'; readonly optional: boolean };

/** What must come of what a lead said, by the words of the stories. */
export class ExpectedDialog {
  /** What the lead said, in order. */
  readonly texts: string[] = [];
  /** What the lead must see beside that, in order. */
  readonly lines: ExpectedLine[] = [];
  transfers = 0;
  withOperator = false;
  /** What LiveTex must get, in order: the lead's texts, and lines of the bot. */
  private readonly mirror: Array<string | ExpectedLine> = [];
  /** Behind the bot's answer to the request for the transfer under way. */
  private behindRequest = 0;

  /** Notes a text of the lead. */
  said(text: string): void {
    this.texts.push(text);
    this.mirror.push(`${LEAD_HEADER}\n${text}`);
    if (text.includes(ASKS)) this.asked(text);
    else if (!this.withOperator) this.botSays();
    else if (text.includes(IMPATIENT)) this.botMaySay();
    else this.operatorAnswers(text);
  }

  /** What LiveTex must have of the person, given the numbers that the bot's lines have. */
  mirrored(numbers: ReadonlyMap<ExpectedLine, number>): string[] {
    return this.mirror.flatMap((entry) => {
      if (typeof entry === 'string') return [entry];
      const number = numbers.get(entry);
      return number === undefined ? [] : [`${BOT_HEADER}\nбот ${number}`];
    });
  }

  private asked(text: string): void {
    this.transfers += 1;
    this.withOperator = true;
    this.botSays();
    this.behindRequest = this.lines.length;
    this.notice(NOTICES.transferred);
    this.notice(NOTICES.connected(ANNA));
    this.lines.push({ from: 'operator', text: replyTo(text) });
    if (text.includes(HASTY)) this.returned();
  }

  private operatorAnswers(text: string): void {
    if (text.includes(ASKS_OTHER)) this.notice(NOTICES.connected(BORIS));
    this.lines.push({ from: 'operator', text: replyTo(text) });
    if (text.includes(SAYS_BYE)) this.returned();
  }

  private returned(): void {
    this.withOperator = false;
    this.notice(NOTICES.returned);
    this.botSays();
  }

  private botSays(): void {
    const line: ExpectedLine = { from: 'bot', optional: false };
    this.lines.push(line);
    this.mirror.push(line);
  }

  /** Said behind a request: the bot may answer until the transfer begins, and not any more from then on. */
  private botMaySay(): void {
    const line: ExpectedLine = { from: 'bot', optional: true };
    this.lines.splice(this.behindRequest, 0, line);
    this.mirror.push(line);
  }

  private notice(text: string): void {
    this.lines.push({ from: 'notice', text });
  }
}

export type Match =
  | { readonly ok: false; readonly problem: string }
  /** `left`: how many lines are still to come. `numbers`: those of the bot's lines. */
  | { readonly ok: true; readonly left: number; readonly numbers: ReadonlyMap<ExpectedLine, number> };

/** Is what the lead sees, its own lines left out, the beginning of what it must see: every line once and in order? */
export function matchLines(expected: readonly ExpectedLine[], seen: readonly TranscriptMessage[]): Match {
  const numbers = new Map<ExpectedLine, number>();
  let at = 0;
  let last = 0;
  /** The bot's numbers that may be missing: what it had ready when the operator got the dialog was not sent. */
  let mayMiss = 0;
  for (const line of seen) {
    if (line.from === 'lead') continue;
    let wanted = expected[at];
    while (wanted?.from === 'bot' && wanted.optional && line.from !== 'bot') {
      mayMiss += 1;
      at += 1;
      wanted = expected[at];
    }
    const shown = `line ${line.seq} "${line.from}: ${line.text ?? ''}"`;
    if (wanted === undefined) return { ok: false, problem: `${shown} is more than was expected` };
    const isIt = wanted.from === line.from && (wanted.from === 'bot' || wanted.text === line.text);
    if (!isIt) return { ok: false, problem: `${shown} instead of ${describe(wanted)}` };
    if (wanted.from === 'bot') {
      const number = Number(line.text?.replace(/^бот /, ''));
      const missed = number - last - 1;
      if (!(missed >= 0 && missed <= mayMiss)) return { ok: false, problem: `${shown} after the bot's number ${last}` };
      mayMiss -= missed;
      last = number;
      numbers.set(wanted, number);
    }
    at += 1;
  }
  const left = expected.slice(at).filter((line) => !(line.from === 'bot' && line.optional)).length;
  return { ok: true, left, numbers };
}

function describe(line: ExpectedLine): string {
  return line.from === 'bot' ? 'the next line of the bot' : `"${line.from}: ${line.text}"`;
}
