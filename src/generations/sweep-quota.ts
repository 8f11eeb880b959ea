import { claimPeriodicTask } from '../database/claim-periodic-task.ts';
import { findQuotaCounters, removeSettledEntries } from '../database/find-quota-counters.ts';
import { recountQuota } from '../database/recount-quota.ts';
import type { GenerationDependencies } from './dependencies.ts';
import { type Repetition, repeatEvery } from './repeat-every.ts';

const lookMilliseconds = 60_000;
const task = { name: 'sweep-quota', everyMilliseconds: 600_000 };

type Dependencies = Pick<GenerationDependencies, 'database' | 'clock' | 'log'>;

/** Holds the counters against the ledger now and then, in one of all processes. */
export function startQuotaSweep(dependencies: Dependencies): Repetition {
  const sweep = async () => {
    if (await claimPeriodicTask(dependencies.database.background, task)) await sweepQuota(dependencies);
  };
  return repeatEvery(lookMilliseconds, sweep, dependencies.log);
}

/** Corrects every counter that does not say what the ledger says, and tells of it: that should never happen. */
export async function sweepQuota({ database, clock, log }: Dependencies): Promise<void> {
  await removeSettledEntries(database.background, new Date(clock.now()));
  for (const subjectId of await findQuotaCounters(database.background)) {
    const wasWrong = await database.transaction((connection) => recountQuota(connection, subjectId));
    if (wasWrong) log.error({ subjectId }, 'a quota counter had strayed from its ledger and was corrected');
  }
}
