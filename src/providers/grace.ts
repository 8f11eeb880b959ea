import { type Grace, startGrace } from '../network/grace.ts';
import { isLeftRunning } from './leave-running.ts';

/** As much as it takes to fetch what has been made. */
const graceMilliseconds = 30_000;

/** Time to tell what had been made before an abort; none where the work is left to another process. */
export function createGrace(signal: AbortSignal): Grace {
  return startGrace(signal, () => (isLeftRunning(signal) ? 0 : graceMilliseconds));
}
