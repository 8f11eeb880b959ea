import { createOutageNews } from '../database/outage-news.ts';
import type { Logger } from '../log.ts';

export interface Repetition extends AsyncDisposable {
  /** Does it at once. Where it is being done, it is done once more afterwards. */
  now(): void;
}

/** Does something now and then until disposed, never twice at once. What fails is logged and tried again at its time. */
export function repeatEvery(milliseconds: number, work: () => Promise<void>, log: Logger): Repetition {
  const isNews = createOutageNews();
  let working: Promise<void> | undefined;
  let isWanted = false;

  const onFailure = (error: Error) => {
    if (isNews(error)) log.warn({ error: error.message }, 'a periodic task failed');
  };
  const workWhileWanted = async () => {
    do {
      isWanted = false;
      await work().catch(onFailure);
    } while (isWanted);
    working = undefined;
  };
  const start = () => {
    working ??= workWhileWanted();
  };

  const timer = setInterval(start, milliseconds);
  return {
    now() {
      isWanted = working !== undefined;
      start();
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await working;
    },
  };
}
