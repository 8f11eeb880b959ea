import { type LabProcess, startLabProcess } from './lab-process.ts';
import type { Answer, Order } from './order.ts';
import type { Packet } from './packets.ts';
import type { Pieces } from './pieces.ts';
import type { LabLimits } from './watch-process.ts';

export interface LabStaffOptions extends LabLimits {
  readonly program: URL;
  /** A process without work for this long is ended. */
  readonly idleMilliseconds: number;
}

/** The processes of the lab, started as they are needed. How many work at a time is for who asks. */
export interface LabStaff extends AsyncDisposable {
  /** By a process that is there, or a new one. Throws `ProcessLost`, and `Error` when the lab is closed. */
  ask(order: Order, picture: Pieces): Promise<Packet<Answer>>;
  /** By a new process in any case. */
  askNewcomer(order: Order, picture: Pieces): Promise<Packet<Answer>>;
}

/** A process that holds more is ended when it has answered: neither glibc nor V8 gives everything back. */
const heavyBytes = 128 * 1024 ** 2;

export function createLabStaff({ idleMilliseconds, ...options }: LabStaffOptions): LabStaff {
  const alive = new Set<LabProcess>();
  /** The last to become idle is the next to work, so that those beyond what is needed end. */
  const idle = new Map<LabProcess, NodeJS.Timeout>();
  let isClosed = false;

  const leave = (process: LabProcess) => {
    clearTimeout(idle.get(process));
    idle.delete(process);
  };
  const start = () => {
    if (isClosed) throw new Error('The lab is closed.');
    const onEnd = (gone: LabProcess) => {
      leave(gone);
      alive.delete(gone);
    };
    const process = startLabProcess({ ...options, onEnd });
    alive.add(process);
    return process;
  };
  const rest = (process: LabProcess) => {
    if (isClosed) return;
    const timer = setTimeout(() => void process[Symbol.asyncDispose](), idleMilliseconds);
    idle.set(process, timer.unref());
  };
  const askOne = async (process: LabProcess, order: Order, picture: Pieces) => {
    const answer = await process.ask(order, picture);
    if (!('residentBytes' in answer.head) || answer.head.residentBytes < heavyBytes) rest(process);
    else void process[Symbol.asyncDispose]();
    return answer;
  };

  return {
    async ask(order, picture) {
      const last = [...idle.keys()].at(-1);
      if (last === undefined) return askOne(start(), order, picture);
      leave(last);
      return askOne(last, order, picture);
    },
    askNewcomer: async (order, picture) => askOne(start(), order, picture),
    async [Symbol.asyncDispose]() {
      isClosed = true;
      await Promise.all([...alive].map((process) => process[Symbol.asyncDispose]()));
    },
  };
}
