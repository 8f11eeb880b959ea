import { createSecretKey, type KeyObject } from 'node:crypto';
import { BlobServiceClient } from '@azure/storage-blob';
import { StorageError } from './storage-error.ts';

export interface AzureAccount {
  readonly name: string;
  /** As an object: signing with the raw bytes takes five times as long. */
  readonly key: KeyObject;
  readonly service: BlobServiceClient;
}

// At once (a kept connection that the server had closed), after 0.3 s and after 0.9 s.
const retryOptions = { maxTries: 4, retryDelayInMs: 300 };

// Public, and the same in every Azurite: https://learn.microsoft.com/azure/storage/common/storage-use-azurite
const developmentStorage = [
  'DefaultEndpointsProtocol=http',
  'AccountName=devstoreaccount1',
  'AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
  'BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1',
].join(';');

/** Throws `StorageError` for a connection string that can't be used. */
export function openAzureAccount(connectionString: string): AzureAccount {
  const isDevelopment = /^\s*UseDevelopmentStorage=true\s*;?\s*$/i.test(connectionString);
  const complete = isDevelopment ? developmentStorage : connectionString;
  const name = findPart(complete, 'AccountName');
  const key = findPart(complete, 'AccountKey');
  if (name === undefined || key === undefined) {
    const message = 'The storage connection string needs AccountName and AccountKey: the key signs the links.';
    throw new StorageError(message, { fault: 'OTHER' });
  }
  return { name, key: createSecretKey(key, 'base64'), service: openService(complete) };
}

function findPart(connectionString: string, name: string): string | undefined {
  const start = `${name}=`;
  const part = connectionString.split(';').find((candidate) => candidate.trim().startsWith(start));
  return part?.trim().slice(start.length) || undefined;
}

function openService(connectionString: string): BlobServiceClient {
  try {
    return BlobServiceClient.fromConnectionString(connectionString, { retryOptions });
  } catch {
    // Without the cause: a URL error carries what it could not parse.
    throw new StorageError('The storage connection string cannot be read.', { fault: 'OTHER' });
  }
}
