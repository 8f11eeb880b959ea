import type { Database } from '../database/database.ts';
import { clearTrouble, findTroubles, type ProviderTrouble, reportTrouble } from '../database/provider-health.ts';
import type { Clock } from '../domain/clock.ts';
import type { Logger } from '../log.ts';
import { repeatEvery } from './repeat-every.ts';

/** Which providers are to be left alone for a while: written by workers, read by every process. */
export interface TroubleBoard extends AsyncDisposable {
  /** As known here, which may be two seconds old. */
  find(provider: string): Trouble | undefined;
  report(trouble: Omit<ProviderTrouble, 'until'> & { readonly milliseconds: number }): void;
  clear(provider: string): void;
}

export type Trouble = Pick<ProviderTrouble, 'state' | 'reason'> & { readonly secondsLeft: number };

export interface TroubleBoardDependencies {
  readonly database: Pick<Database, 'pool'>;
  readonly clock: Clock;
  readonly log: Logger;
}

const lookMilliseconds = 2_000;

export async function createTroubleBoard({ database, clock, log }: TroubleBoardDependencies): Promise<TroubleBoard> {
  const { pool } = database;
  let troubles = new Map<string, ProviderTrouble>();
  const look = async () => {
    const found = await findTroubles(pool, new Date(clock.now()));
    troubles = new Map(found.map((trouble) => [trouble.provider, trouble]));
  };
  await look();
  const looking = repeatEvery(lookMilliseconds, look, log);
  const onFailure = (error: Error) => log.warn({ error: error.message }, 'the state of a provider was not kept');
  return {
    find(provider) {
      const trouble = troubles.get(provider);
      const left = (trouble?.until.getTime() ?? 0) - clock.now();
      if (trouble === undefined || left <= 0) return undefined;
      return { state: trouble.state, reason: trouble.reason, secondsLeft: Math.ceil(left / 1000) };
    },
    report({ milliseconds, ...facts }) {
      const trouble = { ...facts, until: new Date(clock.now() + milliseconds) };
      log.warn(trouble, 'a provider is left alone for a while');
      troubles.set(trouble.provider, trouble);
      reportTrouble(pool, trouble).catch(onFailure);
    },
    clear(provider) {
      troubles.delete(provider);
      clearTrouble(pool, [provider]).catch(onFailure);
    },
    [Symbol.asyncDispose]: () => looking[Symbol.asyncDispose](),
  };
}
