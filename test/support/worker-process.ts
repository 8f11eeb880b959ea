// A worker that a test can kill: runs one of the scripts below for every prompt and says what it does.
import type { Serializable } from 'node:child_process';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';
import { createScriptedProvider } from './blank-provider.ts';
import { createHold } from './hold.ts';
import { paint, type Script } from './stage.ts';

export const scripts = ['hold', 'paint-one-then-hold', 'hold-deaf'] as const;
export type WorkerScript = (typeof scripts)[number];

export interface WorkerMessage {
  /** `held`: the script waits. `left`: the run is over for the script. `stopped`: so is the process. */
  readonly event: 'ready' | 'held' | 'left' | 'stopped';
  readonly prompt?: string;
}

const say = (message: WorkerMessage) => void process.send?.(message as unknown as Serializable);
const hold = createHold();

const script: Script = async function* (order) {
  const { prompt, signal } = order;
  try {
    if (name === 'paint-one-then-hold') yield await paint(order, 0);
    say({ event: 'held', prompt });
    await hold.wait(name === 'hold-deaf' ? undefined : signal);
    for (const { position } of order.pictures) yield await paint(order, position);
  } finally {
    say({ event: 'left', prompt });
  }
};

const name = process.argv[2] as WorkerScript;
const log = createLogger({ level: process.env.TEST_LOG_LEVEL ?? 'fatal' });
const providers = [createScriptedProvider(script)];
const app = await createApp({ config: readConfig(), role: 'worker', log, providers });
process.on('message', (message) => {
  if (message === 'release') hold.release();
  else if (message === 'stop') void app[Symbol.asyncDispose]().then(() => say({ event: 'stopped' }));
});
process.on('disconnect', () => process.exit(0));
say({ event: 'ready' });
