import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { GraphQLError } from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { z } from 'zod';

/** The only documents that are run, by their SHA-256 in hexadecimal. */
export type PersistedOperations = ReadonlyMap<string, string>;

const fileSchema = z.union([z.array(z.string()), z.record(z.string(), z.string())]);
const prefix = /^sha256:/;

/** A JSON file with a list of documents, or with an object that has them by their SHA-256. Throws on anything else. */
export function readPersistedOperations(file: string): PersistedOperations {
  const content = fileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  if (Array.isArray(content)) return new Map(content.map((document) => [toHash(document), document]));
  const operations = Object.entries(content).map(([key, document]) => [key.replace(prefix, ''), document] as const);
  const wrong = operations.find(([key, document]) => key !== toHash(document));
  if (wrong !== undefined) throw new Error(`${wrong[0]} is not the SHA-256 of its document.`);
  return new Map(operations);
}

/** What a client says of the operation that it wants. */
export interface OperationRequest {
  readonly query?: unknown;
  readonly documentId?: unknown;
  readonly extensions?: unknown;
}

const extensionsSchema = z.looseObject({ persistedQuery: z.looseObject({ sha256Hash: z.string() }) });

/** The document that is meant, by its text or by its hash. Throws an error for clients for one that is not persisted. */
export function findPersisted(operations: PersistedOperations, request: OperationRequest): string {
  const { query, documentId, extensions } = request;
  const given = typeof query === 'string' && query !== '' ? toHash(query) : documentId;
  const key = given ?? extensionsSchema.safeParse(extensions).data?.persistedQuery.sha256Hash;
  const document = typeof key === 'string' ? operations.get(key.replace(prefix, '')) : undefined;
  if (document !== undefined) return document;
  const code = 'PERSISTED_OPERATION_NOT_FOUND';
  throw new GraphQLError('Only operations that this server knows are run.', {
    extensions: { code, http: { status: 400 } },
  });
}

/** Over HTTP and SSE. A socket asks `findPersisted` itself. */
export function createPersistedOnly(operations: PersistedOperations): Plugin {
  return {
    onParams({ params, setParams }) {
      const { documentId: _, ...rest } = params as GraphQLParams & OperationRequest;
      setParams({ ...rest, query: findPersisted(operations, params as OperationRequest) });
    },
  };
}

function toHash(document: string): string {
  return hash('sha256', document);
}
