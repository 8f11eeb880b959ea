import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

export interface ClientOptions {
  /** Of the GraphQL endpoint, with http. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Answer {
  // Tests read what they asked for; TypeScript does not know the documents.
  // biome-ignore lint/suspicious/noExplicitAny: an answer has the shape of its document
  readonly data?: any;
  readonly errors?: readonly { message: string; path?: unknown[]; extensions?: Record<string, unknown> }[];
}

export type Variables = Readonly<Record<string, unknown>>;

/** A client over HTTP, WebSocket and SSE. */
export interface Client extends ClientOptions {
  /** The data. Throws with the document, the variables and the answer when there are errors. */
  query(document: string, variables?: Variables): Promise<Answer['data']>;
  /** The whole answer, errors and all. */
  ask(document: string, variables?: Variables): Promise<Answer>;
  /** Every event of a subscription over WebSocket. Leaving the loop unsubscribes and closes the socket. */
  subscribe(document: string, variables?: Variables): AsyncIterableIterator<Answer>;
  /** Every event of a subscription over SSE. Leaving the loop closes the connection. */
  subscribeSse(document: string, variables?: Variables): AsyncGenerator<Answer>;
}

export function createTestClient({ url, headers }: ClientOptions): Client {
  const send = (accept: string, document: string, variables: Variables, signal?: AbortSignal) =>
    fetch(url, {
      method: 'POST',
      headers: { ...headers, accept, 'content-type': 'application/json' },
      body: JSON.stringify({ query: document, variables }),
      ...(signal === undefined ? {} : { signal }),
    });
  const ask = async (document: string, variables: Variables = {}): Promise<Answer> => {
    const response = await send('application/json', document, variables);
    return (await response.json()) as Answer;
  };
  return {
    url,
    headers,
    ask,
    async query(document, variables = {}) {
      const answer = await ask(document, variables);
      if (answer.errors !== undefined) throw new Error(describe(document, variables, answer));
      return answer.data;
    },
    subscribe: (document, variables = {}) => subscribeOverWebSocket({ url, headers }, document, variables),
    async *subscribeSse(document, variables = {}) {
      const abort = new AbortController();
      try {
        const response = await send('text/event-stream', document, variables, abort.signal);
        yield* readEvents(response);
      } finally {
        abort.abort();
      }
    },
  };
}

function subscribeOverWebSocket({ url, headers }: ClientOptions, query: string, variables: Variables) {
  class SocketWithHeaders extends WebSocket {
    constructor(address: string, protocols: string) {
      super(address, protocols, { headers });
    }
  }
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: SocketWithHeaders,
    retryAttempts: 0,
    lazyCloseTimeout: 0,
  });
  return client.iterate({ query, variables }) as AsyncIterableIterator<Answer>;
}

/** `event: next` lines carry answers; `event: complete` ends the stream. */
async function* readEvents(response: Response): AsyncGenerator<Answer> {
  if (response.body === null) throw new Error(`no event stream: ${response.status}`);
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      if (block.includes('event: complete')) return;
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (block.includes('event: next') && data !== undefined) yield JSON.parse(data);
    }
  }
}

function describe(document: string, variables: Variables, answer: Answer): string {
  return `${JSON.stringify(answer.errors, null, 2)}\nto ${document}\nwith ${JSON.stringify(variables)}`;
}
