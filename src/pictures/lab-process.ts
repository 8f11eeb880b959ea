import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Answer, Order } from './order.ts';
import { copyInto, createPacketReader, type Packet, sendPacket } from './packets.ts';
import type { Pieces } from './pieces.ts';
import { type LossReason, ProcessLost } from './process-lost.ts';
import { type LabLimits, watchProcess } from './watch-process.ts';

export interface LabProcessOptions extends LabLimits {
  readonly program: URL;
  /** Called when the process is gone, whatever for. */
  readonly onEnd: (gone: LabProcess) => void;
}

/** A process that works on one picture at a time. */
export interface LabProcess extends AsyncDisposable {
  /** Throws `ProcessLost` when the process ended before it answered, or was ended for going beyond a limit. */
  ask(order: Order, picture: Pieces): Promise<Packet<Answer>>;
}

const startMilliseconds = 30_000;
const maxComplaintCharacters = 2_000;

export function startLabProcess(options: LabProcessOptions): LabProcess {
  const child = spawnProgram(options.program);
  const end = endOf(child);
  let reason: LossReason = 'crash';
  const endFor = (why: LossReason) => {
    reason = why;
    child.kill('SIGKILL');
  };
  let turn: PromiseWithResolvers<Packet<Answer>> | undefined;
  const socket = openSocket(child, { onPacket: (packet) => turn?.resolve(packet), onNonsense: () => endFor('crash') });
  void end.then((how) => turn?.reject(new ProcessLost(reason, how)));
  const answer = async (limits: LabLimits) => {
    turn = Promise.withResolvers();
    using _ = watchProcess(child.pid ?? 0, limits, endFor);
    try {
      return await turn.promise;
    } finally {
      // It would keep the pictures until the next turn.
      turn = undefined;
    }
  };
  const ready = answer({ ...options, milliseconds: startMilliseconds }).catch(({ message }: Error) => {
    throw new ProcessLost('start', message);
  });
  // Told to who asks first.
  ready.catch(() => undefined);
  const started: LabProcess = {
    async ask(order, picture) {
      await ready;
      if (hasEnded(child)) throw new ProcessLost('crash', await end);
      sendPacket<Order>(socket, { head: order, parts: [picture] });
      return answer(options);
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await end;
    },
  };
  void end.then(() => options.onEnd(started));
  return started;
}

/**
 * In a session of its own, since Ctrl-C in the terminal would end it while the server still drains; and without our
 * environment, which holds secrets.
 */
function spawnProgram(program: URL): ChildProcess {
  return spawn(process.execPath, ['--max-semi-space-size=1', '--v8-pool-size=1', fileURLToPath(program)], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    detached: true,
    cwd: '/',
    // Else glibc would keep hundreds of megabytes of pictures that were decoded long ago.
    env: { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '1048576' },
  });
}

function hasEnded({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null;
}

/** How it ended, with the last of what it complained about. */
function endOf(child: ChildProcess): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let complaint = '';
  child.stderr?.on('data', (text: Buffer) => {
    complaint = (complaint + text).slice(-maxComplaintCharacters);
  });
  child.once('error', ({ message }) => resolve(message));
  child.once('exit', (code, signal) => resolve(`It ended with ${signal ?? code}. ${complaint}`.trim()));
  return promise;
}

interface Listeners {
  readonly onPacket: (packet: Packet<Answer>) => void;
  readonly onNonsense: () => void;
}

function openSocket({ stdio }: ChildProcess, { onPacket, onNonsense }: Listeners): Duplex {
  const socket = stdio[3] as Duplex;
  const reader = createPacketReader(onPacket);
  socket.on('data', (chunk: Buffer) => {
    try {
      copyInto(reader, chunk);
    } catch {
      onNonsense();
    }
  });
  // Told by the end of the process as well.
  socket.on('error', () => undefined);
  return socket;
}
