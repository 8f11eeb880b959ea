import { setTimeout as delay } from 'node:timers/promises';

const maxMilliseconds = 3_000;
const millisecondsEach = 10;

/** Ends one connection after the other within three seconds, so that their clients do not all come back at the same moment. */
export async function spreadOut<Connection>(
  connections: readonly Connection[],
  end: (connection: Connection) => void,
): Promise<void> {
  const pause = Math.min(millisecondsEach, maxMilliseconds / connections.length);
  const from = performance.now();
  for (const [index, connection] of connections.entries()) {
    // By the clock: timers are late, and thousands of small delays would add up.
    const wait = from + index * pause - performance.now();
    if (wait > 1) await delay(wait);
    end(connection);
  }
}
