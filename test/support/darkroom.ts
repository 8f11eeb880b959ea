import { inject } from 'vitest';
import type { Credentials, Identity } from '../../src/accounts/identity.ts';
import { type App, type AppOptions, createApp, type Role } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { connectDatabase, type Database } from '../../src/database/database.ts';
import type { Clock } from '../../src/domain/clock.ts';
import { createLogger } from '../../src/log.ts';
import type { PromptEnhancer } from '../../src/prompts/prompt-enhancer.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { createBlankProvider } from './blank-provider.ts';
import { type Client, createTestClient } from './client.ts';
import { type TestConfig, toConfig, toTestConfig } from './test-config.ts';
import { createTestContainerName, createTestDatabase } from './test-database.ts';
import { createTestViewer, toTestKey, toTestUser } from './test-viewer.ts';

export interface DarkroomOptions {
  /** Default: one that paints nothing. */
  readonly providers?: readonly Provider[];
  /** Default: the built-in one. */
  readonly enhancer?: PromptEnhancer;
  readonly role?: Role;
  readonly concurrency?: number;
  /** Runs on the database and container of another one. */
  readonly beside?: Darkroom;
  /** Default: that of the system. */
  readonly clock?: Clock;
  /** With slow clients. Default: the usual one. */
  readonly patience?: NonNullable<AppOptions['patience']>;
  /** Changes to its configuration. */
  readonly config?: Partial<TestConfig>;
  /**
   * Default: one that knows everybody by `Authorization: Test alice`. `configured`: as configuration has it. `local`: that of a
   * server without any.
   */
  readonly identity?: 'configured' | 'local' | ((database: Database) => Identity);
}

/** A whole server on real PostgreSQL, real Azurite and a real port, with a database and a container of its own. */
export interface Darkroom extends AsyncDisposable {
  readonly app: App;
  /** Empty for a worker. */
  readonly url: string;
  readonly config: TestConfig;
  /** To look behind the API. */
  readonly database: Database;
  /** Asks as this user, who is made at the first question. */
  as(user: string): Client;
  /** Asks as the user `alice`. */
  readonly client: Client;
}

export const testPepper = 'pepper for tests, and for nothing else';
const log = createLogger({ level: process.env.TEST_LOG_LEVEL ?? 'fatal' });

export async function startDarkroom(options: DarkroomOptions = {}): Promise<Darkroom> {
  await using stack = new AsyncDisposableStack();
  const config = { ...(options.beside?.config ?? (await createConfig(stack))), ...options.config };
  const database = stack.use(connectDatabase({ url: config.DATABASE_URL ?? '', maxConnections: 4, log }));
  const app = stack.use(
    await createApp({
      config: toConfig({
        ...config,
        ...(options.identity === 'local' ? { API_KEY_PEPPER: undefined } : {}),
        WORKER_CONCURRENCY: options.concurrency ?? config.WORKER_CONCURRENCY,
      }),
      role: options.role ?? 'all',
      log,
      providers: options.providers ?? [createBlankProvider()],
      ...(options.enhancer === undefined ? {} : { enhancer: options.enhancer }),
      ...(options.clock === undefined ? {} : { clock: options.clock }),
      ...(options.patience === undefined ? {} : { patience: options.patience }),
      ...toIdentity(options, database),
    }),
  );
  const url = app.url ?? '';
  const as = (user: string) => createTestClient({ url: `${url}/graphql`, headers: { authorization: `Test ${user}` } });
  const resources = stack.move();
  return { app, url, config, database, as, client: as('alice'), [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

async function createConfig(stack: AsyncDisposableStack): Promise<TestConfig> {
  const { url } = stack.use(await createTestDatabase());
  const config = readConfig({
    PORT: '0',
    SHUTDOWN_SECONDS: '0',
    GRAPHIQL: 'on',
    INTROSPECTION: 'on',
    DATABASE_URL: url,
    AZURE_STORAGE_CONNECTION_STRING: inject('storageConnectionString'),
    AZURE_STORAGE_CONTAINER: createTestContainerName(),
    API_KEY_PEPPER: testPepper,
  });
  return toTestConfig(config);
}

function toIdentity({ identity = createTestIdentity }: DarkroomOptions, database: Database) {
  return typeof identity === 'function' ? { identity: identity(database) } : {};
}

/** Tests have many users: the header names one. */
export function createTestIdentity({ prisma }: Database): Identity {
  const authenticate = async (credentials: Credentials) => {
    const identity = { issuer: 'test', subject: toTestUser(credentials) ?? 'nobody' };
    const known = await prisma.user.findUnique({ where: { issuer_subject: identity } });
    const apiKeyId = toTestKey(credentials);
    if (known !== null) return createTestViewer(known.id, { role: known.role, apiKeyId });
    // Several first questions at once: only one of them makes the row.
    await prisma.user.createMany({ data: { id: crypto.randomUUID(), ...identity }, skipDuplicates: true });
    const { id } = await prisma.user.findUniqueOrThrow({ where: { issuer_subject: identity } });
    return createTestViewer(id, { apiKeyId });
  };
  return { authenticate, findUnwelcome: async () => [] };
}
