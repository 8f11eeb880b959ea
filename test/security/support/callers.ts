import { createClient, type Client as SocketClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { Answer, ClientOptions } from '../../support/client.ts';
import type { Question } from './generated-documents.ts';

export const transports = ['HTTP', 'SSE', 'WebSocket'] as const;
export type Transport = (typeof transports)[number];

/** With the status of HTTP; over a socket, with the code that closed it in place of an answer. */
export interface DoorAnswer extends Answer {
  readonly status?: number;
}

/** Asks over every transport, over one socket as long as it lives. */
export interface Caller extends AsyncDisposable {
  /** The first answer. Whose socket is closed as forbidden is answered UNAUTHENTICATED. */
  ask(transport: Transport, question: Question): Promise<DoorAnswer>;
}

const closeCodeForbidden = 4403;
const refused: DoorAnswer = {
  status: closeCodeForbidden,
  errors: [{ message: 'Not let in.', extensions: { code: 'UNAUTHENTICATED' } }],
};

export function createCaller({ url, headers }: ClientOptions): Caller {
  let socket: SocketClient | undefined;
  const open = () => {
    socket ??= openSocket({ url, headers });
    return socket;
  };
  return {
    ask(transport, question) {
      if (transport === 'WebSocket') return askOverSocket(open(), question);
      return transport === 'HTTP' ? askOverHttp({ url, headers }, question) : askOverSse({ url, headers }, question);
    },
    async [Symbol.asyncDispose]() {
      await socket?.dispose();
    },
  };
}

function openSocket({ url, headers }: ClientOptions): SocketClient {
  class SocketWithHeaders extends WebSocket {
    constructor(address: string, protocols: string) {
      super(address, protocols, { headers });
    }
  }
  const webSocketImpl = SocketWithHeaders;
  return createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl, retryAttempts: 0, lazyCloseTimeout: 60_000 });
}

async function askOverSocket(socket: SocketClient, { document: query, variables }: Question): Promise<DoorAnswer> {
  try {
    for await (const answer of socket.iterate({ query, variables })) return answer as Answer;
  } catch (error) {
    if (Array.isArray(error)) return { errors: error };
    if ((error as { readonly code?: number }).code === closeCodeForbidden) return refused;
    throw error;
  }
  throw new Error(`no answer over WebSocket to ${query}`);
}

async function askOverHttp(client: ClientOptions, question: Question): Promise<DoorAnswer> {
  const response = await post(client, question, 'application/json');
  return { status: response.status, ...((await response.json()) as Answer) };
}

/** Before the stream begins, a refusal is plain JSON. */
async function askOverSse(client: ClientOptions, question: Question): Promise<DoorAnswer> {
  const response = await post(client, question, 'text/event-stream');
  const { status } = response;
  const text = await response.text();
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return { status, ...JSON.parse(text) };
  const data = /^event: next\ndata: (.*)$/m.exec(text)?.[1];
  if (data === undefined) throw new Error(`no event over SSE in ${text}`);
  return { status, ...JSON.parse(data) };
}

function post({ url, headers }: ClientOptions, { document: query, variables }: Question, accept: string) {
  return fetch(url, {
    method: 'POST',
    headers: { ...headers, accept, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
}
