import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inject } from 'vitest';

/** What happens to a request instead of its being passed on, or to its answer on the way back. */
export type Trouble = (exchange: Exchange) => void;

export interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  /** Passes the request on, with changes to its body and to the headers of its answer. */
  pass(changes?: Changes): void;
}

interface Changes {
  readonly body?: (bytes: Buffer) => Buffer;
  readonly answerHeaders?: Readonly<Record<string, string | undefined>>;
}

/** Azurite behind a server that makes trouble when it is told to. */
export interface TroubledStorage extends AsyncDisposable {
  readonly connectionString: string;
  /** The next requests of this method meet it; all from here on where no number is given. */
  make(trouble: Trouble, options?: { readonly times?: number; readonly method?: string }): void;
  /** From here on everything is passed on, and what was left without an answer is broken off. */
  end(): void;
  /** Resolves when this many requests have met trouble that was made last. */
  met(times: number): Promise<void>;
  /** Methods of the requests so far. */
  readonly methods: readonly string[];
}

/** As the service refuses: the code is in the body. */
export function answerWith(status: number, code: string): Trouble {
  const headers = { 'content-type': 'application/xml', 'x-ms-error-code': code };
  return ({ incoming, outgoing }) => {
    const refuse = () => outgoing.writeHead(status, headers).end(`<Error><Code>${code}</Code></Error>`);
    incoming.resume().once('end', refuse);
  };
}

export const resetInTheMiddle: Trouble = ({ incoming }) => {
  incoming.once('data', () => incoming.socket.resetAndDestroy());
};

export const sayNothing: Trouble = ({ incoming }) => void incoming.resume();

export async function startTroubledStorage(): Promise<TroubledStorage> {
  const direct = inject('storageConnectionString');
  const target = new URL(/BlobEndpoint=([^;]+)/.exec(direct)?.[1] ?? '');
  const methods: string[] = [];
  const waiting = new Set<() => void>();
  let current: { readonly trouble: Trouble; readonly method: string | undefined; left: number } | undefined;
  let met = 0;

  const server = createServer((incoming, outgoing) => {
    const exchange = { incoming, outgoing, pass: (changes = {}) => passOn(target, { incoming, outgoing }, changes) };
    methods.push(incoming.method ?? '');
    if (current === undefined || current.left === 0 || (current.method ?? incoming.method) !== incoming.method) {
      return exchange.pass();
    }
    current.left -= 1;
    met += 1;
    for (const look of waiting) look();
    current.trouble(exchange);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    connectionString: direct.replace(target.host, `127.0.0.1:${port}`),
    make(trouble, { times = Number.POSITIVE_INFINITY, method } = {}) {
      met = 0;
      current = { trouble, method, left: times };
    },
    end() {
      current = undefined;
      server.closeAllConnections();
    },
    async met(times) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = () => (met >= times ? resolve() : undefined);
      waiting.add(look);
      look();
      await promise.finally(() => waiting.delete(look));
    },
    methods,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function passOn(target: URL, { incoming, outgoing }: Omit<Exchange, 'pass'>, changes: Changes): Promise<void> {
  const { body = (bytes: Buffer) => bytes, answerHeaders = {} } = changes;
  const { method, headers, url: path } = incoming;
  const bytes = Buffer.concat(await incoming.toArray().catch(() => []));
  if (incoming.destroyed && !incoming.complete) return;
  const forwarded = request({ host: target.hostname, port: target.port, method, headers, path }, (answer) => {
    const kept = Object.entries({ ...answer.headers, ...answerHeaders }).filter(([, value]) => value !== undefined);
    outgoing.writeHead(answer.statusCode ?? 500, Object.fromEntries(kept));
    answer.pipe(outgoing);
  });
  forwarded.on('error', () => outgoing.destroy());
  forwarded.end(body(bytes));
}
