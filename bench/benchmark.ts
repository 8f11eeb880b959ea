import type { Services } from './services.ts';

/** One line of the table. */
export interface Row {
  readonly what: string;
  /** What the values are in; `x` is a ratio. */
  readonly unit: '/s' | 'ms' | 's' | 'MB' | 'x';
  /** Absent where nothing was promised. */
  readonly bar?: Bar;
  /** What the least possible work for the same end is; it is measured in the same run. */
  readonly ceiling?: string;
}

export type Bar =
  | { readonly atLeast: number; readonly p99AtMost?: number }
  | { readonly atMost: number; readonly p99AtMost?: number };

/** What one run found for one row. */
export interface Measurement {
  /** A rate, a size, or the median of many times. */
  readonly value: number;
  /** In milliseconds. */
  readonly p99?: number;
  readonly ceiling?: number;
  /** Processor time of the server for each operation, in milliseconds: what noise on the machine changes least. */
  readonly serverMilliseconds?: number;
}

/** One run. Answers a measurement for each row. Throws when anything failed or is not accounted for. */
export type Run = () => Promise<readonly Measurement[]>;

export interface Benchmark {
  readonly name: string;
  readonly rows: readonly Row[];
  /** Starts what the runs need. Everything that lives is registered on the stack. */
  prepare(services: Services, stack: AsyncDisposableStack): Promise<Run>;
}
