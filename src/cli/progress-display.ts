import { type ProgressView, renderProgress } from './progress-bar.ts';

export interface ProgressDisplay extends Disposable {
  /** A label alone is something of which nobody knows how long it takes. */
  show(view: Partial<ProgressView> & Pick<ProgressView, 'label'>): void;
  /** Counts the seconds anew. */
  restart(): void;
  /** Makes room for other lines. */
  clear(): void;
}

export interface DisplayOptions {
  readonly stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'>;
  readonly color: boolean;
}

/** A line that is redrawn in place; a line for each new label where it is no terminal. */
export function createProgressDisplay({ stream, color }: DisplayOptions): ProgressDisplay {
  return stream.isTTY ? createTerminalDisplay({ stream, color }) : createPlainDisplay({ stream });
}

const unknown = { fraction: null, step: null, totalSteps: null, pictures: null };
const redrawMilliseconds = 100;
const usualColumns = 80;
const clearLine = '\r\x1b[K';

function createTerminalDisplay({ stream, color }: DisplayOptions): ProgressDisplay {
  let view: ProgressView | undefined;
  let startedAt = performance.now();
  const draw = () => {
    if (view === undefined) return;
    const elapsedMilliseconds = performance.now() - startedAt;
    const line = renderProgress(view, { columns: stream.columns || usualColumns, color, elapsedMilliseconds });
    stream.write(`${clearLine}${line}`);
  };
  const clear = () => {
    if (view !== undefined) stream.write(clearLine);
    view = undefined;
  };
  const timer = setInterval(draw, redrawMilliseconds);
  return {
    show(next) {
      view = { ...unknown, ...next };
      draw();
    },
    restart() {
      startedAt = performance.now();
    },
    clear,
    [Symbol.dispose]() {
      clearInterval(timer);
      clear();
    },
  };
}

function createPlainDisplay({ stream }: Pick<DisplayOptions, 'stream'>): ProgressDisplay {
  let shown: string | undefined;
  return {
    show({ label }) {
      if (label !== shown) stream.write(`${label} …\n`);
      shown = label;
    },
    restart() {},
    clear() {},
    [Symbol.dispose]() {},
  };
}
