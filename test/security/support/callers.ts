import { createClient, type Client as SocketClient } from 'graphql-ws';
import WebSocket from 'ws';
import { type Answer, type ClientOptions, createTestClient } from '../../support/client.ts';
import type { Question } from './generated-documents.ts';

export const transports = ['HTTP', 'SSE', 'WebSocket'] as const;
export type Transport = (typeof transports)[number];

/** Asks over every transport, over one socket as long as it lives. */
export interface Caller extends AsyncDisposable {
  /** The first answer. Who is not let in at all is answered UNAUTHENTICATED. */
  ask(transport: Transport, question: Question): Promise<Answer>;
}

const refused: Answer = { errors: [{ message: 'Not let in.', extensions: { code: 'UNAUTHENTICATED' } }] };
const closeCodesOfRefusal = [4401, 4403];

export function createCaller({ url, headers }: ClientOptions): Caller {
  const http = createTestClient({ url, headers });
  let socket: SocketClient | undefined;
  const open = () => {
    socket ??= openSocket({ url, headers });
    return socket;
  };
  return {
    ask(transport, { document, variables }) {
      if (transport === 'HTTP') return http.ask(document, variables);
      if (transport === 'SSE') return askOverSse({ url, headers }, { document, variables });
      return askOverSocket(open(), { document, variables });
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

async function askOverSocket(socket: SocketClient, { document: query, variables }: Question): Promise<Answer> {
  try {
    for await (const answer of socket.iterate({ query, variables })) return answer as Answer;
  } catch (error) {
    if (Array.isArray(error)) return { errors: error };
    if (closeCodesOfRefusal.includes((error as { readonly code?: number }).code ?? 0)) return refused;
    throw error;
  }
  throw new Error(`no answer over WebSocket to ${query}`);
}

/** Before the stream begins, a refusal is plain JSON. */
async function askOverSse({ url, headers }: ClientOptions, { document, variables }: Question): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, accept: 'text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify({ query: document, variables }),
  });
  const text = await response.text();
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return JSON.parse(text);
  const data = /^event: next\ndata: (.*)$/m.exec(text)?.[1];
  if (data === undefined) throw new Error(`no event over SSE in ${text}`);
  return JSON.parse(data);
}
