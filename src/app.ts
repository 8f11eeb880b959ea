import { v7 as createUuidV7 } from 'uuid';
import { createApiKeyHash } from './accounts/api-key-hash.ts';
import type { Identity } from './accounts/identity.ts';
import { type Config, exitCodeConfig, toQuotaDefaults } from './config.ts';
import { checkDurability } from './database/check-durability.ts';
import { connectDatabase, type Database } from './database/database.ts';
import { migrateDatabase } from './database/migrate.ts';
import { clearTrouble } from './database/provider-health.ts';
import { warmUp } from './database/warm-up.ts';
import type { Clock } from './domain/clock.ts';
import { StartError } from './domain/start-error.ts';
import { startBackstop } from './generations/backstop.ts';
import type { GenerationDependencies } from './generations/dependencies.ts';
import { createModelDurations } from './generations/durations.ts';
import { createOpenCalls, type OpenCalls } from './generations/open-calls.ts';
import { createProviderHealth } from './generations/provider-health.ts';
import { createQueueGate } from './generations/queue-gate.ts';
import { createRunningGenerations, type RunningGenerations } from './generations/running-generations.ts';
import { createTicks } from './generations/ticks.ts';
import { createTroubleBoard } from './generations/trouble-board.ts';
import { startWorker, type Worker } from './generations/worker.ts';
import { catchUp, createDispatch, type Door, type HintTargets } from './hint-targets.ts';
import type { Announce } from './hints/hint.ts';
import { createHub } from './hints/hub.ts';
import { createPostgresHints, type PostgresHintsOptions } from './hints/postgres-hints.ts';
import { openHttpSettings } from './http/http-settings.ts';
import { createRequestLimits } from './http/request-limits.ts';
import { type HttpServer, type Patience, startHttpServer } from './http/server.ts';
import { type ConfiguredIdentity, checkIdentity, createIdentity } from './identity.ts';
import type { Logger } from './log.ts';
import { createPictureLab } from './pictures/picture-lab.ts';
import type { PromptEnhancer } from './prompts/prompt-enhancer.ts';
import { createCatalogue } from './providers/catalogue.ts';
import type { Provider } from './providers/provider.ts';
import { createSketchProvider } from './providers/sketch/sketch-provider.ts';
import { createPgBossJobQueue } from './queue/pg-boss-job-queue.ts';
import { allOrNothing, type Services, startServices } from './services.ts';
import { createAzureImageStore } from './storage/azure-image-store.ts';
import type { ImageStore } from './storage/image-store.ts';
import { createPatientImageStore } from './storage/patient-image-store.ts';
import { createVendors, type Vendors } from './vendors.ts';

export const roles = ['all', 'api', 'worker'] as const;
/** `api` answers clients, `worker` runs generations, `all` does both. */
export type Role = (typeof roles)[number];

export interface AppOptions {
  readonly config: Config;
  readonly role: Role;
  readonly log: Logger;
  /** In place of those that configuration has. */
  readonly providers?: readonly Provider[];
  /** In place of the one that configuration has. */
  readonly enhancer?: PromptEnhancer;
  /** In place of the one that configuration has. */
  readonly identity?: Identity;
  /** In place of that of the system. */
  readonly clock?: Clock;
  /** In place of the usual one with slow clients. */
  readonly patience?: Partial<Patience>;
}

export interface App extends AsyncDisposable {
  /** Where clients are answered; undefined for a worker. */
  readonly url: string | undefined;
  readonly services: Services;
  readonly hub: GenerationDependencies['hub'];
  /** Takes nothing new and says that it is not ready, so that others are asked instead. Disposing begins with it. */
  retire(): void;
}

const maxConnections = 20;
const systemClock: Clock = { now: () => Date.now() };

/** Everything that lives is built here and closed in reverse order. Throws `StartError`; then nothing is left running. */
export async function createApp(options: AppOptions): Promise<App> {
  const { role, log } = options;
  if (role !== 'worker' && options.identity === undefined) checkIdentity(options.config);
  await using stack = new AsyncDisposableStack();
  const services = await startServices(options, stack);
  await migrateDatabase({ url: services.databaseUrl.reveal(), log });
  const { dependencies, identity, ...calls } = await connect(options, services, stack);
  const worker = role === 'api' ? undefined : startWork(options, { ...dependencies, ...calls }, stack);
  const server =
    identity === undefined ? undefined : stack.use(await startAnswering(options, { ...dependencies, identity }, stack));
  if (server !== undefined) calls.door.checkConnections = server.checkConnections;
  const retire = () => {
    server?.retire();
    worker?.drain().catch((error: unknown) => log.error({ error }, 'the worker did not end well'));
  };
  stack.defer(retire);
  const resources = stack.move();
  const { hub } = dependencies;
  return { url: server?.url, services, hub, retire, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

interface Connected {
  readonly dependencies: GenerationDependencies;
  /** Undefined for a worker, which nobody asks. */
  readonly identity: ConfiguredIdentity | undefined;
  readonly running: RunningGenerations;
  readonly openCalls: OpenCalls;
  readonly door: Door;
}

async function connect(options: AppOptions, services: Services, stack: AsyncDisposableStack): Promise<Connected> {
  const { config, role, log, clock = systemClock } = options;
  const database = stack.use(connectDatabase({ url: services.databaseUrl.reveal(), maxConnections, log }));
  await checkDurability(database.pool);
  const drainMilliseconds = config.SHUTDOWN_SECONDS * 1000;
  const [queue, images] = await allOrNothing([
    createPgBossJobQueue({ database, log, supervise: role !== 'api', drainMilliseconds }).then((created) =>
      stack.use(created),
    ),
    openImages(config, services),
  ]);
  const hub = createHub({ clock });
  const backstop = stack.use(startBackstop({ database, hub, log }));
  const running = createRunningGenerations();
  const openCalls = createOpenCalls(config.PUBLIC_URL);
  const { providers, vendors } = openProviders(options, stack);
  const from = { url: services.databaseUrl.reveal(), connection: database.pool, log };
  const identity = await openIdentity(options, database, stack);
  const door: Door = { checkConnections: () => undefined };
  const announce = await openHints(from, { hub, queue, running, openCalls, backstop, identity, door }, stack);
  const { catalogue, health } = await openHealth(options, { database, providers }, stack);
  const enhancer = options.enhancer ?? vendors.enhancer;
  const lab = stack.use(createPictureLab({ log }));
  const tools = { database, images, lab, clock, createId: createUuidV7 };
  const inputs = { ...tools, downloader: config.INPUT_URLS === 'off' ? undefined : vendors.publicDownloader };
  const queueGate = createQueueGate(tools, config.QUEUE_LIMIT ?? null);
  const limits = { quotaDefaults: toQuotaDefaults(config), queueGate, durations: createModelDurations(tools) };
  const pepper = config.API_KEY_PEPPER;
  const hashApiKey = pepper === undefined ? undefined : createApiKeyHash(pepper.reveal());
  const parts = { queue, hub, announce, catalogue, inputs, health, enhancer, hashApiKey, log };
  return { dependencies: { ...tools, ...limits, ...parts }, identity, running, openCalls, door };
}

async function openIdentity(
  { config, role, log, identity, clock = systemClock }: AppOptions,
  database: Database,
  stack: AsyncDisposableStack,
): Promise<ConfiguredIdentity | undefined> {
  if (role === 'worker') return undefined;
  if (identity !== undefined) return { ...identity, whereabouts: 'shared', forget() {} };
  return createIdentity(config, { database, clock, createId: createUuidV7, log }, stack);
}

/** Brings hints, of this process and of others, to whom they are for. */
async function openHints(
  from: PostgresHintsOptions,
  targets: HintTargets,
  stack: AsyncDisposableStack,
): Promise<Announce> {
  const dispatch = createDispatch(targets);
  const onReconnect = () => catchUp(targets);
  const hints = stack.use(await createPostgresHints(from, { onHint: dispatch, onReconnect }));
  return (hint) => {
    dispatch(hint);
    hints.publish(hint);
  };
}

function openProviders({ config, providers }: AppOptions, stack: AsyncDisposableStack) {
  const vendors = stack.use(openVendors(config));
  if (providers !== undefined) return { vendors, providers };
  const sketch = stack.use(createSketchProvider({ stepMilliseconds: config.SKETCH_STEP_MILLISECONDS }));
  return { vendors, providers: [sketch, ...vendors.providers] };
}

function openVendors(config: Config): Vendors {
  return orConfigError(() => createVendors(config, systemClock));
}

/** Throws `StartError` where the configuration is at fault, whoever has found that out. */
export function orConfigError<Result>(open: () => Result): Result {
  try {
    return open();
  } catch (cause) {
    throw new StartError((cause as Error).message, { cause, exitCode: exitCodeConfig });
  }
}

interface HealthSources {
  readonly database: Database;
  readonly providers: readonly Provider[];
}

async function openHealth(options: AppOptions, { database, providers }: HealthSources, stack: AsyncDisposableStack) {
  const { config, role, log } = options;
  const catalogue = createCatalogue(providers, config.DEFAULT_MODEL);
  const names = providers.map(({ name }) => name);
  // A worker starts with the keys of today: what was refused before may be right now.
  if (role !== 'api') await clearTrouble(database.pool, names);
  const board = stack.use(await createTroubleBoard({ database, clock: systemClock, log }));
  return { catalogue, health: createProviderHealth({ board, catalogue }) };
}

async function openImages(config: Config, { storageConnectionString }: Services): Promise<ImageStore> {
  const { AZURE_STORAGE_CONTAINER: containerName } = config;
  try {
    const { reveal } = storageConnectionString;
    const images = createAzureImageStore({ connectionString: reveal(), containerName, clock: systemClock });
    await images.prepare();
    return images;
  } catch (cause) {
    throw new StartError(`The storage cannot be used: ${(cause as Error).message}`, { cause });
  }
}

function startWork(
  { config, log }: AppOptions,
  dependencies: GenerationDependencies & Pick<Connected, 'running' | 'openCalls'>,
  stack: AsyncDisposableStack,
): Worker {
  const { database, announce, clock } = dependencies;
  const ticks = stack.use(createTicks({ connection: database.pool, announce, clock, log }));
  // Only here: what workers store was paid, and everybody else waits for an answer.
  const images = createPatientImageStore({ images: dependencies.images, log });
  const inputs = { ...dependencies.inputs, images };
  return stack.use(startWorker({ ...dependencies, images, inputs, ticks }, config.WORKER_CONCURRENCY));
}

async function startAnswering(
  { config, patience = {} }: AppOptions,
  { identity, ...services }: GenerationDependencies & { readonly identity: ConfiguredIdentity },
  stack: AsyncDisposableStack,
): Promise<HttpServer> {
  const limits = createRequestLimits(services, {
    whereabouts: identity.whereabouts,
    maxCost: config.MAX_OPERATION_COST,
    viewerPoints: config.RATE_LIMIT_POINTS,
    apiKeyPoints: config.RATE_LIMIT_KEY_POINTS,
    failures: config.RATE_LIMIT_FAILURES,
    socketsPerProcess: config.MAX_SOCKETS,
    socketsPerViewer: config.MAX_SOCKETS_PER_USER,
  });
  const settings = orConfigError(() => openHttpSettings(config, { isLocal: identity.whereabouts === 'local' }));
  const { HOST: host, PORT: port } = config;
  await warmUp(services.database);
  return startHttpServer({ services, settings, limits: stack.use(limits), identity, host, port, patience });
}
