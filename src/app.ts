import { v7 as createUuidV7 } from 'uuid';
import type { Identity } from './accounts/identity.ts';
import { createLocalIdentity } from './accounts/local-user.ts';
import { type Config, exitCodeConfig, toQuotaDefaults } from './config.ts';
import { checkDurability } from './database/check-durability.ts';
import { connectDatabase, type Database } from './database/database.ts';
import { migrateDatabase } from './database/migrate.ts';
import { clearTrouble } from './database/provider-health.ts';
import type { Clock } from './domain/clock.ts';
import { StartError } from './domain/start-error.ts';
import { startBackstop } from './generations/backstop.ts';
import type { GenerationDependencies } from './generations/dependencies.ts';
import { createModelDurations } from './generations/durations.ts';
import { createOpenCalls, type OpenCalls } from './generations/open-calls.ts';
import { createProviderHealth } from './generations/provider-health.ts';
import { createQueueGate } from './generations/queue-gate.ts';
import type { Repetition } from './generations/repeat-every.ts';
import { createRunningGenerations, type RunningGenerations } from './generations/running-generations.ts';
import { createTicks } from './generations/ticks.ts';
import { createTroubleBoard } from './generations/trouble-board.ts';
import { startWorker, type Worker } from './generations/worker.ts';
import type { Announce, Hint } from './hints/hint.ts';
import { createHub, type Hub } from './hints/hub.ts';
import { createPostgresHints, type PostgresHintsOptions } from './hints/postgres-hints.ts';
import { type HttpServer, startHttpServer } from './http/server.ts';
import type { Logger } from './log.ts';
import { createPictureLab } from './pictures/picture-lab.ts';
import type { PromptEnhancer } from './prompts/prompt-enhancer.ts';
import { createCatalogue } from './providers/catalogue.ts';
import type { Provider } from './providers/provider.ts';
import { createSketchProvider } from './providers/sketch/sketch-provider.ts';
import type { JobQueue } from './queue/job-queue.ts';
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
  await using stack = new AsyncDisposableStack();
  const services = await startServices(options, stack);
  await migrateDatabase({ url: services.databaseUrl, log });
  const { dependencies, ...calls } = await connect(options, services, stack);
  const worker = role === 'api' ? undefined : startWork(options, { ...dependencies, ...calls }, stack);
  const server = role === 'worker' ? undefined : stack.use(await startAnswering(options, dependencies));
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
  readonly running: RunningGenerations;
  readonly openCalls: OpenCalls;
}

async function connect(options: AppOptions, services: Services, stack: AsyncDisposableStack): Promise<Connected> {
  const { config, role, log, clock = systemClock } = options;
  const database = stack.use(connectDatabase({ url: services.databaseUrl, maxConnections, log }));
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
  const from = { url: services.databaseUrl, connection: database.pool, log };
  const announce = await openHints(from, { hub, queue, running, openCalls, backstop }, stack);
  const { catalogue, health } = await openHealth(options, { database, providers }, stack);
  const enhancer = options.enhancer ?? vendors.enhancer;
  const lab = stack.use(createPictureLab({ log }));
  const tools = { database, images, lab, clock, createId: createUuidV7 };
  const inputs = { ...tools, downloader: config.INPUT_URLS === 'on' ? vendors.publicDownloader : undefined };
  const queueGate = createQueueGate(tools, config.QUEUE_LIMIT ?? null);
  const limits = { quotaDefaults: toQuotaDefaults(config), queueGate, durations: createModelDurations(tools) };
  const dependencies = { ...tools, ...limits, queue, hub, announce, catalogue, inputs, health, enhancer, log };
  return { dependencies, running, openCalls };
}

interface HintTargets {
  readonly hub: Hub;
  readonly queue: JobQueue;
  readonly running: RunningGenerations;
  readonly openCalls: OpenCalls;
  readonly backstop: Repetition;
}

/** Brings hints, of this process and of others, to whom they are for. */
async function openHints(
  from: PostgresHintsOptions,
  { hub, queue, running, openCalls, backstop }: HintTargets,
  stack: AsyncDisposableStack,
): Promise<Announce> {
  const dispatch = (hint: Hint) => {
    if (hint.kind === 'progress') hub.deliver(hint.snapshot);
    else if (hint.kind === 'work') queue.wake('run-generation');
    else if (hint.kind === 'look') openCalls.wake(hint.generationId, hint.attempt);
    else if (hint.kind === 'cancel') running.cancel(hint.generationId);
  };
  const onReconnect = () => {
    queue.wake('run-generation');
    backstop.now();
  };
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
  try {
    return createVendors(config, systemClock);
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
    const images = createAzureImageStore({
      connectionString: storageConnectionString,
      containerName,
      clock: systemClock,
    });
    await images.prepare();
    return images;
  } catch (cause) {
    throw new StartError(`The storage cannot be used: ${(cause as Error).message}`, { cause });
  }
}

function startWork(
  { config, log }: AppOptions,
  dependencies: GenerationDependencies & Omit<Connected, 'dependencies'>,
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
  { config, identity }: AppOptions,
  dependencies: GenerationDependencies,
): Promise<HttpServer> {
  return startHttpServer({
    services: dependencies,
    identity: identity ?? (await createLocalIdentity(dependencies)),
    host: config.HOST,
    port: config.PORT,
  });
}
