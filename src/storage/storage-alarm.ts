import type { Logger } from '../log.ts';
import type { StorageError, StorageFault } from './storage-error.ts';

/** Says in the log why pictures wait, for each fault once a minute at the most: there is a try for each of them. */
export interface StorageAlarm {
  raise(error: StorageError): void;
}

const quietMilliseconds = 60_000;

const refused =
  'the picture store refuses us, and pictures wait: the key may be wrong or have expired, or the clock of this machine is wrong';

export function createStorageAlarm(log: Logger): StorageAlarm {
  const quietUntil = new Map<StorageFault, number>();
  return {
    raise({ fault, message }) {
      if (performance.now() < (quietUntil.get(fault) ?? 0)) return;
      quietUntil.set(fault, performance.now() + quietMilliseconds);
      const details = { fault, error: message };
      if (fault === 'REFUSED') log.error(details, refused);
      else if (fault === 'NO_CONTAINER') log.error(details, 'the container of the pictures is gone and is made again');
      else log.warn(details, 'the picture store is away, and pictures wait');
    },
  };
}
