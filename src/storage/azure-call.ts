import { RestError } from '@azure/storage-blob';
import { createDeadline } from '../network/deadline.ts';
import { StorageError, type StorageFault } from './storage-error.ts';

interface CallOptions {
  /** What is attempted, as the start of a sentence: `Reading the picture "a"`. */
  readonly attempt: string;
  readonly timeoutMilliseconds: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Bounds a call together with its retries, and makes a `StorageError` of every failure. The SDK's own timeout is a hint
 * to the server: without this, a server that accepts and says nothing is waited for without end.
 */
export async function callAzure<Result>(
  { attempt, timeoutMilliseconds, signal }: CallOptions,
  call: (abortSignal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  signal?.throwIfAborted();
  using deadline = createDeadline(timeoutMilliseconds, signal);
  try {
    return await call(deadline.signal);
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof StorageError) throw cause;
    if (deadline.isOver) {
      throw new StorageError(`${attempt} took more than ${timeoutMilliseconds} ms.`, { fault: 'AWAY', cause });
    }
    throw toStorageError(attempt, cause);
  }
}

/** Azure's own message is left to the cause: for a refused key it quotes signatures. */
function toStorageError(attempt: string, cause: unknown): StorageError {
  if (!(cause instanceof RestError)) {
    // A download that is cut off comes as the SDK's AbortError, though nobody aborted it; a TypeError is our mistake.
    return new StorageError(`${attempt} failed.`, { fault: cause instanceof TypeError ? 'OTHER' : 'AWAY', cause });
  }
  const { statusCode, code } = cause;
  const reason = [statusCode, code].filter((part) => part !== undefined).join(' ');
  return new StorageError(`${attempt} failed: ${reason}.`, { fault: toFault(cause), cause });
}

function toFault({ statusCode, code }: RestError): StorageFault {
  if (statusCode === undefined || statusCode >= 500 || statusCode === 408 || statusCode === 429) return 'AWAY';
  // For half a minute after a container was removed none of its name can be made.
  if (code === 'ContainerBeingDeleted') return 'AWAY';
  if (code === 'Md5Mismatch') return 'DAMAGED';
  if (statusCode === 401 || statusCode === 403) return 'REFUSED';
  return statusCode === 404 ? 'NO_CONTAINER' : 'OTHER';
}

export function hasStatus(error: unknown, ...statusCodes: readonly number[]): boolean {
  return error instanceof RestError && error.statusCode !== undefined && statusCodes.includes(error.statusCode);
}
