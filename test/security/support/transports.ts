import type { Answer, Client, Variables } from '../../support/client.ts';
import { openRawSocket } from '../../support/raw-socket.ts';

/** Ways to ask the same. */
export const transports = ['HTTP', 'SSE', 'WebSocket'] as const;
export type Transport = (typeof transports)[number];

/** The first answer to this document, over any of them. */
export async function askOver(
  transport: Transport,
  client: Client,
  document: string,
  variables: Variables = {},
): Promise<Answer> {
  if (transport === 'HTTP') return client.ask(document, variables);
  if (transport === 'SSE') return askSse(client, document, variables);
  const raw = await openRawSocket(client);
  raw.subscribe('asked', document, variables);
  const answer = await raw.answer('asked');
  await raw.close();
  if (answer === undefined) throw new Error('There was no answer.');
  return answer;
}

async function askSse(client: Client, document: string, variables: Variables): Promise<Answer> {
  for await (const answer of client.subscribeSse(document, variables)) return answer;
  throw new Error('There was no answer.');
}
