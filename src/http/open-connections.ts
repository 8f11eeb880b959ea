import type { Identity } from '../accounts/identity.ts';
import type { Viewer } from '../accounts/viewer.ts';
import { repeatEvery } from '../generations/repeat-every.ts';
import type { Logger } from '../log.ts';

const checkMilliseconds = 2_000;
/** The longest that a timer of Node can be set to. */
const maxTimerMilliseconds = 2 ** 31 - 1;

export type Farewell = 'Credentials expired' | 'Credentials revoked';

/** Who is connected, so that whoever may not be any more is shown out. */
export interface OpenConnections extends AsyncDisposable {
  /** Calls `end` once, when the viewer's credentials have expired or were taken back, unless it is disposed before. */
  add(viewer: Viewer, end: (reason: Farewell) => void): Disposable;
  /** Somebody was disabled, or a key revoked: looks at once. */
  check(): void;
  readonly count: number;
}

interface OpenConnection extends Disposable {
  readonly viewer: Viewer;
  end(reason: Farewell): void;
}

interface Dependencies {
  readonly identity: Pick<Identity, 'findUnwelcome'>;
  readonly log: Logger;
}

/** While nobody can say who is unwelcome, everybody stays. */
export function createOpenConnections({ identity, log }: Dependencies): OpenConnections {
  const open = new Set<OpenConnection>();
  const check = async () => {
    // One for each key, however many connections it has.
    const viewers = new Map([...open].map(({ viewer }) => [toKey(viewer), viewer]));
    if (viewers.size === 0) return;
    const unwelcome = new Set((await identity.findUnwelcome([...viewers.values()])).map(toKey));
    for (const connection of open) {
      if (unwelcome.has(toKey(connection.viewer))) connection.end('Credentials revoked');
    }
  };
  const checks = repeatEvery(checkMilliseconds, check, log);
  return {
    add(viewer, end) {
      const connection = openConnection(viewer, { end, onClose: () => open.delete(connection) });
      open.add(connection);
      return connection;
    },
    check: () => checks.now(),
    get count() {
      return open.size;
    },
    async [Symbol.asyncDispose]() {
      await checks[Symbol.asyncDispose]();
      for (const connection of open) connection[Symbol.dispose]();
    },
  };
}

function toKey({ id, credential, expiresAt }: Viewer): string {
  return JSON.stringify([id, credential, expiresAt]);
}

interface ConnectionEnd {
  readonly end: (reason: Farewell) => void;
  readonly onClose: () => void;
}

function openConnection(viewer: Viewer, { end, onClose }: ConnectionEnd): OpenConnection {
  let timer: NodeJS.Timeout | undefined;
  const close = () => {
    clearTimeout(timer);
    onClose();
  };
  const endWith = (reason: Farewell) => {
    close();
    end(reason);
  };
  const wait = () => {
    if (viewer.expiresAt === null) return;
    const left = viewer.expiresAt.getTime() - Date.now();
    const next = left > maxTimerMilliseconds ? wait : () => endWith('Credentials expired');
    timer = setTimeout(next, Math.min(Math.max(left, 0), maxTimerMilliseconds)).unref();
  };
  wait();
  return { viewer, end: endWith, [Symbol.dispose]: close };
}
