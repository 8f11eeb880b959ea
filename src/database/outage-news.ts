import { isOutage } from './outage.ts';

const quietMilliseconds = 30_000;

/**
 * For what goes on by itself, many times a minute: true for a failure that is worth a line in the log. An outage is told once in
 * half a minute, everything else each time.
 */
export function createOutageNews(): (error: unknown) => boolean {
  let quietUntil = 0;
  return (error) => {
    if (!isOutage(error)) return true;
    const now = performance.now();
    if (now < quietUntil) return false;
    quietUntil = now + quietMilliseconds;
    return true;
  };
}
