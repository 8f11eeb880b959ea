import { once } from 'node:events';
import { type ClientRequest, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import WebSocket from 'ws';
import type { Benchmark } from '../benchmark.ts';
import { submit } from '../generations.ts';
import { createHttpClient } from '../http-load.ts';
import { toMegabytes } from '../memory.ts';
import { type ServerProcess, startServer } from '../server-process.ts';

const readers = 100;
const generations = 10;
const steps = 20;
const stepMilliseconds = 320;
const settleMilliseconds = 3_000;
const words = 'long words '.repeat(800);

const follow = `subscription ($id: ID!) {
  generationProgress(id: $id) { sequence tick at status stage step totalSteps message generation { effectivePrompt } }
}`;

/** Streams of which nobody reads anything, while there is much to tell, of a server that does nothing else. */
export const slowReader: Benchmark = {
  name: 'slow-reader',
  rows: [
    { what: 'memory for each socket that nobody reads, a stream of 9 KB frames', unit: 'MB', bar: { atMost: 1 } },
    { what: 'memory for each event stream that nobody reads, of the same', unit: 'MB', bar: { atMost: 1 } },
  ],
  async prepare(services, stack) {
    const workspace = await services.createWorkspace(stack, 'slowreader');
    const server = stack.use(await startServer({ workspace, role: 'api' }));
    stack.use(await startServer({ workspace, role: 'worker', painter: 'stepping', concurrency: generations }));
    const client = stack.use(createHttpClient(server.url, 4));
    const submitAll = () =>
      Promise.all(Array.from({ length: generations }, () => submit(client, { prompt: words, steps })));
    const measureAll = async () => [
      { value: await measure(server, await submitAll(), openSocket) },
      { value: await measure(server, await submitAll(), openEventStream) },
    ];
    // A server that has run for a while is what is measured.
    await measureAll();
    return measureAll;
  },
};

type Open = (url: string, id: string) => Promise<Disposable>;

/** What the server holds more with the readers than without, in megabytes for each. */
async function measure(server: ServerProcess, ids: readonly string[], open: Open): Promise<number> {
  const before = await server.resident();
  using opened = new DisposableStack();
  for (let count = 0; count < readers; count += 1) {
    opened.use(await open(server.url, ids[count % ids.length] ?? ''));
  }
  // Until all steps were told.
  await delay(steps * stepMilliseconds + settleMilliseconds);
  return Math.max(0, toMegabytes((await server.resident()) - before) / readers);
}

async function openSocket(url: string, id: string): Promise<Disposable> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await once(socket, 'message');
  socket.pause();
  socket.on('error', () => undefined);
  socket.send(JSON.stringify({ type: 'subscribe', id, payload: { query: follow, variables: { id } } }));
  return { [Symbol.dispose]: () => socket.terminate() };
}

async function openEventStream(url: string, id: string): Promise<Disposable> {
  const headers = { accept: 'text/event-stream', 'content-type': 'application/json' };
  const asked: ClientRequest = request(url, { method: 'POST', headers });
  asked.on('error', () => undefined).end(JSON.stringify({ query: follow, variables: { id } }));
  const [response] = await once(asked, 'response');
  response.pause().on('error', () => undefined);
  return { [Symbol.dispose]: () => void asked.destroy() };
}
