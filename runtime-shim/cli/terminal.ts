/** Where a command writes: its result to `out`, everything else to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** May `out` be coloured? */
  readonly colour: boolean;
  /** Columns of the terminal, or a usual width. */
  readonly width: number;
}

/** A readable width where there is no terminal to ask. */
const USUAL_WIDTH = 100;

/** The process's own streams. `NO_COLOR` (no-color.org): set and not empty, no colour. */
export function processTerminal(): Terminal {
  const colour = process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    colour,
    width: process.stdout.columns ?? USUAL_WIDTH,
  };
}

export type Colour = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan';

/** SGR numbers: ECMA-48, 8.3.117. */
const SGR: Readonly<Record<Colour, number>> = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
};

export function coloured(terminal: Pick<Terminal, 'colour'>, colour: Colour, text: string): string {
  return terminal.colour ? `\u001B[${SGR[colour]}m${text}\u001B[0m` : text;
}

/** Text from outside (a lead, an operator, a script) without control characters, so that it cannot steer the terminal. Line ends and tabs stay. */
export function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]|[\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD');
}
