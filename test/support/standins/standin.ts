import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came over the wire. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query, exactly as sent. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** Resolves when the client has gone before it was answered. */
  readonly left: Promise<void>;
}

/** Answers by writing to `response`, which is what lets a fault be as odd as it likes. */
export type Answer = (request: ReceivedRequest, response: ServerResponse) => Promise<void> | void;

/** A small server that speaks a vendor's protocol. */
export interface Standin extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  readonly server: Server;
  /** Everything that was asked, oldest first. */
  readonly received: readonly ReceivedRequest[];
  /** The next request whose path matches is answered by this, once, before the vendor's own protocol gets to see it. */
  interject(path: RegExp, answer: Answer): void;
}

export interface StandinPlace {
  readonly address?: string;
  readonly port?: number;
}

/** On loopback and a free port, or the ones that are named. */
export async function startStandin(
  answer: Answer,
  { address = '127.0.0.1', port = 0 }: StandinPlace = {},
): Promise<Standin> {
  const received: ReceivedRequest[] = [];
  const interjections: { readonly path: RegExp; readonly answer: Answer }[] = [];
  const server = createServer(async (message, response) => {
    const request = await receive(message, response);
    received.push(request);
    const index = interjections.findIndex(({ path }) => path.test(request.path));
    const [interjection] = index < 0 ? [] : interjections.splice(index, 1);
    try {
      await (interjection?.answer ?? answer)(request, response);
    } catch (error) {
      if (!response.headersSent) sendText(response, 599, `The stand-in itself failed: ${error}`);
      else response.destroy();
    }
  });
  server.listen(port, address);
  await once(server, 'listening');
  return {
    url: `http://${address}:${(server.address() as AddressInfo).port}`,
    server,
    received,
    interject: (path, next) => void interjections.push({ path, answer: next }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      if (server.listening) await once(server, 'close');
    },
  };
}

async function receive(message: IncomingMessage, response: ServerResponse): Promise<ReceivedRequest> {
  const { promise: left, resolve } = Promise.withResolvers<void>();
  response.on('close', () => {
    if (!response.writableFinished) resolve();
  });
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of message) chunks.push(chunk);
  } catch {
    // The client left in the middle of its request.
  }
  const { method = '', url: path = '', headers } = message;
  return { method, path, headers, body: Buffer.concat(chunks), left };
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

export function sendText(response: ServerResponse, status: number, body: string, mediaType = 'text/plain'): void {
  response.writeHead(status, { 'content-type': mediaType }).end(body);
}

/** Faults that every vendor can have. */
export const faults = {
  badGateway: (_, response) =>
    sendText(response, 502, '<html><body><h1>502 Bad Gateway</h1></body></html>', 'text/html'),
  /** Never answers, until the client leaves. */
  silence: (request) => request.left,
  /** Half an answer, then the connection breaks. */
  cut(_, response) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"half":');
    setTimeout(() => response.destroy(), 20);
  },
  garbage: (_, response) => sendText(response, 200, 'no JSON, no picture', 'application/json'),
} as const satisfies Record<string, Answer>;

/** The parts of a multipart body. Throws for a body that is none. */
export async function readForm({ headers, body }: ReceivedRequest): Promise<FormData> {
  return new Response(new Uint8Array(body), { headers: { 'content-type': headers['content-type'] ?? '' } }).formData();
}
