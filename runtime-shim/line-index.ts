/** Counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * Finds lines and columns of offsets into a text. The text is searched for its line ends once, when the first place is asked
 * for: a file with a thousand mistakes is not searched a thousand times.
 */
export function lineIndex(text: string): (offset: number) => Place {
  let starts: number[] | undefined;
  return (offset) => {
    starts ??= [0, ...Array.from(text.matchAll(/\n/gu), (end) => end.index + 1)];
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return { line: low, column: offset - (starts[low - 1] ?? 0) + 1 };
  };
}
