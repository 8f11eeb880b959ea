import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '../../support/client.ts';

/** What one question was answered with, and how soon. */
export interface Probing {
  readonly milliseconds: number;
  /** `ok`, the code of an error, or `no answer`. */
  readonly answer: string;
}

/** Asks for the history again and again. */
export interface Probe {
  stop(): Promise<readonly Probing[]>;
}

const history = '{ generations(first: 1) { edges { node { id status } } } }';
const spacingMilliseconds = 100;

export function startProbe(client: Client): Probe {
  let stopped = false;
  const probings: Probing[] = [];
  const asking = (async () => {
    while (!stopped) {
      const from = performance.now();
      const answer = await client.ask(history).then(
        ({ errors }) => String(errors?.[0]?.extensions?.code ?? errors?.[0]?.message ?? 'ok'),
        () => 'no answer',
      );
      probings.push({ milliseconds: performance.now() - from, answer });
      await pause(spacingMilliseconds);
    }
  })();
  return {
    async stop() {
      stopped = true;
      await asking;
      return probings;
    },
  };
}
