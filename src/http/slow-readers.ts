/** A connection that is written to faster than it may be read. */
export interface ReadConnection {
  /** What waits here to be read, in bytes. */
  waitingBytes(): number;
  terminate(): void;
}

/** Ends connections whose readers leave too much waiting for too long. */
export interface SlowReaders extends Disposable {
  watch(connection: ReadConnection): void;
  forget(connection: ReadConnection): void;
}

export interface SlowReadersOptions {
  readonly maxBytes: number;
  readonly maxMilliseconds: number;
}

const lookMilliseconds = 1_000;

export function createSlowReaders({ maxBytes, maxMilliseconds }: SlowReadersOptions): SlowReaders {
  /** Since when too much waits, where it does. */
  const connections = new Map<ReadConnection, number | undefined>();
  const look = () => {
    const now = performance.now();
    for (const [connection, since] of connections) {
      if (connection.waitingBytes() <= maxBytes) connections.set(connection, undefined);
      else if (since === undefined) connections.set(connection, now);
      else if (now - since >= maxMilliseconds) connection.terminate();
    }
  };
  const timer = setInterval(look, Math.min(lookMilliseconds, maxMilliseconds));
  return {
    watch: (connection) => void connections.set(connection, undefined),
    forget: (connection) => void connections.delete(connection),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
