/** One table of the report. The first column names the row; numbers are printed with the digits that fit them. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: ReadonlyArray<readonly [string, ...Array<number | string>]>;
  /** What to read from it: the ratios that the project aims at, and whether they were met in this run. */
  readonly notes: readonly string[];
}

/** One benchmark. It starts what it needs, compares ours with its rivals in the same run, and ends what it started. */
export interface Section {
  readonly name: string;
  run(options: SectionOptions): Promise<Table[]>;
}

export interface SectionOptions {
  /** Progress, for stderr. */
  readonly progress: (line: string) => void;
  /** A short run that proves that the benchmark works; its figures mean nothing. */
  readonly quick: boolean;
}

/** `1.23×`, or `-` when there is nothing to compare with. */
export function ratio(ours: number, theirs: number): string {
  return theirs > 0 && Number.isFinite(ours / theirs) ? `${(ours / theirs).toFixed(2)}×` : '-';
}
