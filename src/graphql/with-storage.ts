import { GraphQLError } from 'graphql';
import type { Logger } from '../log.ts';
import { StorageError } from '../storage/storage-error.ts';

interface Asked {
  readonly services: { readonly log: Logger };
  readonly requestId: string;
}

/** Waits for what stores an image while a client waits. Tells the client where the storage cannot be used, and the log why. */
export async function withStorage<Result>({ services, requestId }: Asked, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof StorageError) || error.fault === 'OTHER') throw error;
    const { fault, message } = error;
    services.log[fault === 'AWAY' ? 'warn' : 'error']({ fault, error: message, requestId }, 'an image was not stored');
    throw new GraphQLError('The image storage cannot be used. Try again.', { extensions: { code: 'UNAVAILABLE' } });
  }
}
