// A server as a process of its own, started by server-process.ts: createApp, usually with a painter that paints nothing.
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type App, createApp, type Role } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { createLogger } from '../src/log.ts';
import type { Provider } from '../src/providers/provider.ts';
import { blankPicture, createBlankProvider, createScriptedProvider } from '../test/support/blank-provider.ts';
import { machineMilliseconds } from './measure.ts';
import type { Announcement, ServerAnswer, ServerQuestion } from './server-process.ts';

const options = parseArgs({
  options: { role: { type: 'string', default: 'all' }, painter: { type: 'string', default: 'blank' } },
}).values;

const announcements: Announcement[] = [];

/** Tells steps, further apart than ticks may be, and remembers when it told each. The prompt says which generation it is. */
function createSteppingProvider(): Provider {
  return createScriptedProvider(async function* ({ prompt, steps, pictures, width, height }) {
    const totalSteps = steps ?? 1;
    // Not all at once, and late enough for the followers to be there.
    await delay(500 + Math.random() * 300);
    for (let step = 1; step <= totalSteps; step += 1) {
      announcements.push({ prompt, step, at: machineMilliseconds() });
      yield { type: 'progress', fraction: step / totalSteps, step, totalSteps };
      await delay(320);
    }
    for (const { position, seed } of pictures) {
      yield { type: 'picture', position, seed, bytes: await blankPicture(width, height) };
    }
  });
}

function say(answer: ServerAnswer): void {
  process.send?.(answer);
}

function answer(question: ServerQuestion): ServerAnswer {
  if (question === 'announcements') return { announcements: announcements.splice(0) };
  const { user, system } = process.cpuUsage();
  return { usage: { processorMilliseconds: (user + system) / 1000, residentBytes: process.memoryUsage.rss() } };
}

/** Undefined for those that configuration has. */
function choosePainter(): Provider | undefined {
  if (options.painter === 'configured') return undefined;
  return options.painter === 'stepping' ? createSteppingProvider() : createBlankProvider();
}

async function main(): Promise<App> {
  const config = readConfig();
  const painter = choosePainter();
  const providers = painter === undefined ? {} : { providers: [painter] };
  return createApp({
    config,
    role: options.role as Role,
    log: createLogger({ level: config.LOG_LEVEL }),
    ...providers,
  });
}

const app = await main();
process.on('message', (question: ServerQuestion) => say(answer(question)));
process.on('disconnect', () => void app[Symbol.asyncDispose]().then(() => process.exit(0)));
say({ url: app.url });
