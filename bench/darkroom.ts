import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'graphql-ws';
import type { Measurement } from './benchmark.ts';
import { followToEnd, type Input, openSocket, submit } from './generations.ts';
import { createHttpClient, type HttpClient } from './http-load.ts';
import { median, percentile } from './measure.ts';
import { type ServerOptions, type ServerProcess, startServer } from './server-process.ts';
import { countRows, type Workspace } from './services.ts';

export interface DarkroomOptions extends ServerOptions {
  /** Default: 1. */
  readonly connections?: number;
}

/** A server that answers, and clients that are connected to it. */
export interface Darkroom {
  readonly server: ServerProcess;
  readonly client: HttpClient;
  readonly socket: Client;
  /** From the request to the terminal event. Throws for a generation that does not succeed. */
  generate(input: Input): Promise<unknown>;
}

export async function openDarkroom(
  stack: AsyncDisposableStack,
  { connections = 1, ...options }: DarkroomOptions,
): Promise<Darkroom> {
  const server = stack.use(await startServer(options));
  const client = stack.use(createHttpClient(server.url, connections));
  const socket = await openSocket(server.url);
  stack.defer(() => socket.dispose());
  return {
    server,
    client,
    socket,
    generate: async (input) => followToEnd(socket, await submit(client, input)),
  };
}

/** What these times were, and the processor time that the server took for each. */
export async function measureTimes(
  server: Pick<ServerProcess, 'usage'>,
  work: () => Promise<readonly number[]>,
): Promise<Measurement> {
  const before = await server.usage();
  const times = await work();
  const after = await server.usage();
  const serverMilliseconds = (after.processorMilliseconds - before.processorMilliseconds) / times.length;
  return { value: median(times), p99: percentile(times, 0.99), serverMilliseconds };
}

/** Throws when one of all generations of this workspace did not succeed, or has no row or blob of its one small picture. */
export async function waitUntilStored(workspace: Workspace): Promise<void> {
  while ((await countRows(workspace, `"Generation" WHERE status IN ('QUEUED', 'RUNNING')`)) > 0) await delay(100);
  const [generations, succeeded, images, blobs] = await Promise.all([
    countRows(workspace, '"Generation"'),
    countRows(workspace, `"Generation" WHERE status = 'SUCCEEDED'`),
    countRows(workspace, '"Image"'),
    workspace.images.list('g/'),
  ]);
  if (succeeded === generations && images === generations && blobs.length === generations) return;
  throw new Error(
    `Of ${generations} generations ${succeeded} succeeded; there are ${images} rows of pictures and ${blobs.length} blobs.`,
  );
}
