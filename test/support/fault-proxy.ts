import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export type Direction = 'to-server' | 'to-client';

/** What a network does to those who talk through it. */
export type Fault =
  /** Every piece arrives later by this much. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** What is said arrives in small pieces with pauses between them. */
  | { readonly kind: 'drip'; readonly bytes: number; readonly everyMilliseconds: number }
  /**
   * Nothing arrives, and nobody is told: connections stay open and new ones are made. What was sent arrives when the fault
   * is over, on connections that are still there. Default: in both directions.
   */
  | { readonly kind: 'black-hole'; readonly direction?: Direction }
  /** Open connections are reset, and so is every new one. */
  | { readonly kind: 'refuse' }
  /**
   * Once: whoever sends this text is reset when the server begins to answer, before anything of the answer arrives. The server has
   * done what it was told.
   */
  | { readonly kind: 'lose-answer'; readonly to: string };

/** Passes bytes on to a server, for as long as no fault is inflicted. */
export interface FaultProxy extends AsyncDisposable {
  /** The target's, with the host and the port of the proxy. */
  readonly url: string;
  /** Until it is healed, or another fault takes its place. */
  inflict(fault: Fault): void;
  heal(): void;
  /** Resets the connections that are open. New ones work. */
  cut(): void;
  /** New connections go to another server. */
  redirect(target: string): void;
  /** How many answers were lost by `lose-answer`. */
  readonly lostAnswers: number;
  /** How many are open. */
  readonly connections: number;
}

export async function startFaultProxy(target: string): Promise<FaultProxy> {
  let { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  const line = createLine();
  const server = createServer((client) => {
    if (line.refuses) return void client.resetAndDestroy();
    const upstream = connect(Number(port), hostname);
    open.add(client);
    client.once('close', () => open.delete(client));
    const { toServer, toClient } = line.open(() => client.resetAndDestroy());
    const directions = [carry(client, upstream, toServer), carry(upstream, client, toClient)];
    void Promise.race(directions).finally(() => {
      client.destroy();
      upstream.destroy();
    });
  });
  const cut = () => {
    for (const client of open) client.resetAndDestroy();
  };
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: toUrl(target, (server.address() as AddressInfo).port),
    inflict(fault) {
      line.change(fault);
      if (line.refuses) cut();
    },
    heal: () => line.change(undefined),
    cut,
    redirect(next) {
      ({ hostname, port } = new URL(next));
    },
    get lostAnswers() {
      return line.lostAnswers;
    },
    get connections() {
      return open.size;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      cut();
      line.change(undefined);
      await closed;
    },
  };
}

type Pass = (bytes: Buffer, write: (piece: Buffer) => void) => Promise<void>;

/** Resolves when one of the two is gone. */
async function carry(from: Socket, to: Socket, pass: Pass): Promise<void> {
  to.on('error', () => undefined);
  try {
    for await (const bytes of from) await pass(bytes, (piece) => void to.write(piece));
    to.end();
    if (!to.closed) await once(to, 'close');
  } catch {
    // Reset by one side: so is the other.
  }
}

function createLine() {
  let fault: Fault | undefined;
  let changed = Promise.withResolvers<void>();
  let lostAnswers = 0;
  const isHeld = (direction: Direction) =>
    fault?.kind === 'black-hole' && (fault.direction === undefined || fault.direction === direction);
  const change = (next: Fault | undefined) => {
    fault = next;
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const to =
    (direction: Direction): Pass =>
    async (bytes, write) => {
      for (let left = bytes; left.length > 0; ) {
        while (isHeld(direction)) await changed.promise;
        if (fault?.kind === 'delay') await pause(fault.milliseconds);
        const size = fault?.kind === 'drip' ? fault.bytes : left.length;
        if (fault?.kind === 'drip') await pause(fault.everyMilliseconds);
        write(left.subarray(0, size));
        left = left.subarray(size);
      }
    };
  return {
    /** The two directions of one connection. */
    open(reset: () => void) {
      let isDoomed = false;
      const toServer: Pass = (bytes, write) => {
        if (fault?.kind === 'lose-answer' && bytes.includes(fault.to)) {
          isDoomed = true;
          change(undefined);
        }
        return to('to-server')(bytes, write);
      };
      const toClient: Pass = async (bytes, write) => {
        if (!isDoomed) return to('to-client')(bytes, write);
        lostAnswers += 1;
        reset();
      };
      return { toServer, toClient };
    },
    change,
    get refuses() {
      return fault?.kind === 'refuse';
    },
    get lostAnswers() {
      return lostAnswers;
    },
  };
}

function toUrl(target: string, port: number): string {
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return url.href;
}
