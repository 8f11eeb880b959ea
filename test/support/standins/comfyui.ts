import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import type { JobScript } from './comfyui-jobs.ts';
import type { StandinGraph } from './comfyui-nodes.ts';
import { createQueue } from './comfyui-queue.ts';
import { answerAsComfyui, type ComfyuiOffice } from './comfyui-routes.ts';
import { createSockets } from './comfyui-sockets.ts';
import { type Standin, sendText, startStandin } from './standin.ts';

export interface ComfyuiOptions {
  readonly port?: number;
  /** An old server chooses the ids of jobs, cancels by the queue only, and interrupts whatever runs. Default: new. */
  readonly age?: ComfyuiOffice['age'];
  readonly stepMilliseconds?: number;
  /** The header that a proxy before it demands. */
  readonly authorization?: string;
}

export interface ComfyuiStandin extends Standin {
  readonly uploads: ComfyuiOffice['uploads'];
  /** By client id. */
  readonly clients: ReadonlyMap<string, WebSocket>;
  /** The ids of the jobs that run or wait. */
  queuedIds(): readonly string[];
  /** What becomes of the job that is submitted next. */
  scriptNext(script: JobScript): void;
  /** Breaks all sockets. */
  dropSockets(): void;
  /** As after a restart: no job is known any more. */
  forgetJobs(): void;
  /** What somebody does in the browser. */
  interrupt(): void;
}

/** Speaks ComfyUI's protocol (Comfy-Org/ComfyUI `server.py` and `execution.py`, retyped): one job at a time, in grey. */
export async function startComfyuiStandin(options: ComfyuiOptions = {}): Promise<ComfyuiStandin> {
  const { age = 'new', stepMilliseconds = 1, authorization } = options;
  const isAllowed = ({ headers }: Pick<IncomingMessage, 'headers'>) =>
    authorization === undefined || headers.authorization === authorization;
  const sockets = createSockets({ listens: age === 'new', isAllowed });
  const saved = new Map<string, StandinGraph>();
  const queue = createQueue({ sockets, saved, stepMilliseconds, hasProgressState: age === 'new' });
  const office: ComfyuiOffice = { age, queue, saved, uploads: new Map() };
  const standin = await startStandin((request, response) => {
    if (isAllowed(request)) return answerAsComfyui(office, request, response);
    sendText(response, 401, '<h1>401 Authorization Required</h1>', 'text/html');
  }, options);
  sockets.attach(standin.server);
  return {
    ...standin,
    uploads: office.uploads,
    clients: sockets.clients,
    queuedIds: () => [queue.running(), ...queue.pending()].flatMap((job) => job?.id ?? []),
    scriptNext: queue.scriptNext,
    dropSockets: sockets.drop,
    forgetJobs: queue.forget,
    interrupt: () => void queue.interrupt(undefined),
    async [Symbol.asyncDispose]() {
      queue.forget();
      sockets.drop();
      await standin[Symbol.asyncDispose]();
    },
  };
}
