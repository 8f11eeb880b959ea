import { GraphQLError } from 'graphql';
import { WebSocket } from 'ws';
import type { Viewer } from '../accounts/viewer.ts';
import { type Budget, createBudget } from './budget.ts';
import type { SlowReaders } from './slow-readers.ts';

/** Beside the codes of the protocol. Clients of graphql-ws connect again after each of them. */
const closeCodes = { idle: 4440, messages: 4441, sockets: 4442 } as const;
const lookMilliseconds = 1_000;

export interface SocketLimitsOptions {
  readonly socketsPerProcess: number;
  readonly socketsPerViewer: number;
  readonly operationsPerSocket: number;
  readonly messagesPerTenSeconds: number;
  readonly subscribesPerSecond: number;
  readonly idleMilliseconds: number;
}

/** What sockets may do, apart from what they ask for. */
export interface SocketLimits extends Disposable {
  /** Whether this process takes no more of them. */
  isFull(): boolean;
  /** Counts what it says from now on, until it has closed. */
  watch(socket: WebSocket): void;
  /** Counts an operation that wants to begin, one of those that are open on the socket. Throws an error for clients when it must not. */
  begin(socket: WebSocket, open: OpenOperations): void;
  /** Says whose socket it is. Closes it where they have too many. */
  claim(socket: WebSocket, viewer: Viewer): void;
}

/** By their ids, as graphql-ws keeps them for each socket. */
type OpenOperations = Readonly<Record<string, unknown>>;

interface Watched {
  readonly messages: Budget;
  readonly subscribes: Budget;
  open: OpenOperations;
  busyAt: number;
  viewerId?: string;
}

export function createSocketLimits(options: SocketLimitsOptions, slowReaders: SlowReaders): SocketLimits {
  const { operationsPerSocket, idleMilliseconds } = options;
  const sockets = new Map<WebSocket, Watched>();
  const owners = createCounts();
  const timer = setInterval(
    () => {
      for (const [socket, watched] of sockets) closeWhenIdle(socket, watched, idleMilliseconds);
    },
    Math.min(lookMilliseconds, idleMilliseconds),
  );
  return {
    isFull: () => sockets.size >= options.socketsPerProcess,
    watch(socket) {
      const watched = toWatched(options);
      sockets.set(socket, watched);
      countMessages(socket, watched.messages);
      const forgetReader = watchReader(socket, slowReaders);
      socket.once('close', () => {
        forgetReader();
        sockets.delete(socket);
        if (watched.viewerId !== undefined) owners.add(watched.viewerId, -1);
      });
    },
    begin(socket, open) {
      const watched = sockets.get(socket);
      // What still comes from a socket that was told to go.
      if (watched === undefined || socket.readyState !== WebSocket.OPEN) throw createTooFast();
      watched.open = open;
      watched.busyAt = performance.now();
      if (Object.keys(open).length > operationsPerSocket) throw createTooMany(operationsPerSocket);
      if (!watched.subscribes.take()) throw createTooFast();
    },
    claim(socket, { id }) {
      const watched = sockets.get(socket);
      if (watched === undefined || watched.viewerId !== undefined) return;
      watched.viewerId = id;
      if (owners.add(id, 1) > options.socketsPerViewer) socket.close(closeCodes.sockets, 'Too many sockets');
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

function toWatched({ messagesPerTenSeconds, subscribesPerSecond, operationsPerSocket }: SocketLimitsOptions): Watched {
  return {
    messages: createBudget({ capacity: messagesPerTenSeconds, perSecond: messagesPerTenSeconds / 10 }),
    // A client that connects again asks for all of its streams at once.
    subscribes: createBudget({ capacity: operationsPerSocket, perSecond: subscribesPerSecond }),
    open: {},
    busyAt: performance.now(),
  };
}

function countMessages(socket: WebSocket, messages: Budget): void {
  const count = () => {
    if (!messages.take()) socket.close(closeCodes.messages, 'Too many messages');
  };
  socket.on('message', count).on('ping', count);
}

function watchReader(socket: WebSocket, slowReaders: SlowReaders): () => void {
  const connection = { waitingBytes: () => socket.bufferedAmount, terminate: () => socket.terminate() };
  slowReaders.watch(connection);
  return () => slowReaders.forget(connection);
}

function closeWhenIdle(socket: WebSocket, watched: Watched, idleMilliseconds: number): void {
  const now = performance.now();
  if (Object.keys(watched.open).length > 0) watched.busyAt = now;
  if (now - watched.busyAt >= idleMilliseconds) socket.close(closeCodes.idle, 'Idle');
}

/** How many of each. */
function createCounts() {
  const counts = new Map<string, number>();
  return {
    add(key: string, change: number): number {
      const count = (counts.get(key) ?? 0) + change;
      if (count === 0) counts.delete(key);
      else counts.set(key, count);
      return count;
    },
  };
}

function createTooMany(allowed: number): GraphQLError {
  const message = `A socket may have ${allowed} operations at a time.`;
  return new GraphQLError(message, { extensions: { code: 'TOO_MANY_OPERATIONS', allowed } });
}

function createTooFast(): GraphQLError {
  const extensions = { code: 'RATE_LIMITED', retryAfterSeconds: 1 };
  return new GraphQLError('This socket asks for too much at once. Try again in 1 second.', { extensions });
}
