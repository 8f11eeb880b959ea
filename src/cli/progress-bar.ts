import { formatDuration } from './duration.ts';

/** What goes on at one moment. */
export interface ProgressView {
  readonly label: string;
  /** 0 to 1; null where nobody knows, and then nothing is invented. */
  readonly fraction: number | null;
  readonly step: number | null;
  readonly totalSteps: number | null;
  /** For example `1 of 4 pictures`. */
  readonly pictures: string | null;
}

export interface Appearance {
  readonly columns: number;
  readonly color: boolean;
  readonly elapsedMilliseconds: number;
}

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const spinnerMilliseconds = 100;
const gap = '  ';
/** Wide enough for most labels and durations, so that what stands beside them keeps its place. */
const labelColumns = 10;
const elapsedColumns = 6;
const minBarColumns = 8;
const maxBarColumns = 24;

const colors = { cyan: 36, dim: 2 } as const;
type Paint = (text: string, color: keyof typeof colors) => string;

/** One line that is narrower than the terminal: what matters least goes first. */
export function renderProgress(view: ProgressView, { columns, color, elapsedMilliseconds }: Appearance): string {
  // Some terminals begin a new line when the last column is written.
  const available = columns - 1;
  const paint: Paint = (text, name) => (color ? `\x1b[${colors[name]}m${text}\x1b[0m` : text);
  const frame = spinner[Math.floor(elapsedMilliseconds / spinnerMilliseconds) % spinner.length] ?? '';
  const elapsed = formatDuration(elapsedMilliseconds).padStart(elapsedColumns);
  const label = view.label.padEnd(labelColumns);
  for (const { facts, hasBar } of layoutsOf(view)) {
    const rest = [...facts, elapsed].join(gap);
    const barColumns = available - frame.length - 1 - label.length - rest.length - 2 * gap.length;
    if (barColumns < (hasBar ? minBarColumns : -gap.length)) continue;
    const bar = hasBar ? [drawBar(view.fraction ?? 0, Math.min(barColumns, maxBarColumns), paint)] : [];
    return [`${paint(frame, 'cyan')} ${label}`, ...bar, ...facts, paint(elapsed, 'dim')].join(gap);
  }
  return view.label.slice(0, Math.max(0, available));
}

interface Layout {
  readonly facts: readonly string[];
  readonly hasBar: boolean;
}

/** From the roomiest to the narrowest. */
function layoutsOf({ fraction, step, totalSteps, pictures }: ProgressView): readonly Layout[] {
  const steps = step === null || totalSteps === null ? null : `${pad(step, totalSteps)}/${totalSteps}`;
  const percent = fraction === null ? null : `${pad(Math.floor(fraction * 100), 100)}%`;
  const isGiven = (fact: string | null) => fact !== null;
  const all = [[steps, percent, pictures], [steps, percent], [steps ?? percent]].map((facts) => facts.filter(isGiven));
  const withBar = fraction === null ? [] : all.map((facts) => ({ facts, hasBar: true }));
  return [...withBar, ...[...all, []].map((facts) => ({ facts, hasBar: false }))];
}

function pad(value: number, most: number): string {
  return String(value).padStart(String(most).length);
}

function drawBar(fraction: number, columns: number, paint: Paint): string {
  const done = Math.floor(Math.min(1, Math.max(0, fraction)) * columns);
  return paint('█'.repeat(done), 'cyan') + paint('░'.repeat(columns - done), 'dim');
}
