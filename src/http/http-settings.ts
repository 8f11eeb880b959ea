import type { Secret } from '../domain/secret.ts';
import { createFileLinks, type FileLinks } from './file-links.ts';
import { createVisitFinder, type FindVisit } from './forwarded.ts';
import { createOrigins, type Origins } from './origin.ts';
import { type PersistedOperations, readPersistedOperations } from './persisted-operations.ts';

/** As configuration has it. */
export interface HttpConfig {
  readonly HOST: string;
  readonly PUBLIC_URL?: string | undefined;
  readonly CORS_ORIGINS?: string | undefined;
  readonly TRUST_PROXY: string;
  readonly GRAPHIQL?: 'on' | 'off' | undefined;
  readonly INTROSPECTION?: 'on' | 'off' | undefined;
  readonly PERSISTED_OPERATIONS?: string | undefined;
  readonly IMAGE_DELIVERY: 'redirect' | 'proxy';
  readonly LINK_SECRET?: Secret | undefined;
}

/** Who and what gets in. */
export interface HttpSettings {
  /** Nobody is asked who they are. */
  readonly isLocal: boolean;
  readonly findVisit: FindVisit;
  readonly origins: Origins;
  readonly hasGraphiQL: boolean;
  readonly hasIntrospection: boolean;
  /** Undefined where every document is run. */
  readonly persisted: PersistedOperations | undefined;
  /** Where pictures are served by this server; undefined where links lead to the storage. */
  readonly files: FileLinks | undefined;
  readonly publicUrl: string | undefined;
}

/** Throws for what cannot be used. */
export function openHttpSettings(config: HttpConfig, { isLocal }: { readonly isLocal: boolean }): HttpSettings {
  const { PUBLIC_URL: publicUrl, PERSISTED_OPERATIONS: file } = config;
  const findVisit = createVisitFinder(config.TRUST_PROXY);
  const origins = (config.CORS_ORIGINS ?? '').split(',').map((origin) => origin.trim());
  const listed = new Set(origins.filter((origin) => origin !== ''));
  const ownHosts = [config.HOST, ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname])];
  const isOn = (choice: 'on' | 'off' | undefined) => (choice === undefined ? isLocal : choice === 'on');
  return {
    isLocal,
    findVisit,
    origins: createOrigins({ listed, isLocal, ownHosts, publicUrl, findVisit }),
    hasGraphiQL: isOn(config.GRAPHIQL),
    hasIntrospection: isOn(config.INTROSPECTION),
    persisted: file === undefined ? undefined : openOperations(file),
    files: openFiles(config),
    publicUrl,
  };
}

function openOperations(file: string): PersistedOperations {
  try {
    return readPersistedOperations(file);
  } catch (cause) {
    throw new Error(`PERSISTED_OPERATIONS: ${(cause as Error).message}`, { cause });
  }
}

function openFiles({ IMAGE_DELIVERY, LINK_SECRET }: HttpConfig): FileLinks | undefined {
  if (IMAGE_DELIVERY === 'redirect') return undefined;
  if (LINK_SECRET === undefined) throw new Error('IMAGE_DELIVERY: proxy needs a LINK_SECRET, which signs the links.');
  return createFileLinks({ secret: LINK_SECRET.reveal(), clock: { now: () => Date.now() } });
}
