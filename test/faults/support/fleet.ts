import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject } from 'vitest';
import { connectDatabase, type Database } from '../../../src/database/database.ts';
import { createLogger } from '../../../src/log.ts';
import type { ImageStore } from '../../../src/storage/image-store.ts';
import type { Client, Variables } from '../../support/client.ts';
import { openImages } from '../../support/images.ts';
import { createTestContainerName, createTestDatabase } from '../../support/test-database.ts';
import { submitDocument } from './documents.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { type Member, type MemberOptions, startMember } from './member.ts';
import { nebiusPriceUsd, startNebiusVendor } from './nebius-vendor.ts';
import { startRunpodVendor } from './runpod-vendor.ts';
import { createSubscribers, type Subscribers } from './subscribers.ts';
import type { Vendor } from './vendor.ts';

/** Models by what a provider can promise. */
export const models = {
  /** Gives an id, by which it is asked later. */
  asynchronous: 'runpod/endpoint',
  /** Gives its picture in the answer, or never. */
  synchronous: 'nebius/flux-schnell',
  /** Costs nothing, and is simply made again. */
  repeatable: 'sketch/landscape',
} as const;

export interface FleetOptions {
  /** How long vendors work on an order that nobody holds. Default: not at all. */
  readonly workMilliseconds?: (prompt: string) => number;
  /** In place of the services that the tests share, or of the way to them. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Processes of one Darkroom: a database, a container, vendors, and as many members as are started. */
export interface Fleet extends AsyncDisposable {
  readonly ledger: Ledger;
  readonly runpod: Vendor;
  readonly nebius: Vendor;
  /** To look behind the API, past every fault. */
  readonly database: Database;
  readonly images: ImageStore;
  readonly subscribers: Subscribers;
  /** Global ids that a client was told. */
  readonly accepted: Set<string>;
  /** Those of them that a client had removed, with their prompts. */
  readonly removed: Map<string, string>;
  start(options: Omit<MemberOptions, 'environment'>, environment?: Readonly<Record<string, string>>): Promise<Member>;
  /** Has a picture of 64 pixels made, and answers the global id. */
  submit(client: Client, input: Variables): Promise<string>;
}

const log = createLogger({ level: 'fatal' });

export async function startFleet(options: FleetOptions = {}): Promise<Fleet> {
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'darkroom-faults-'));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const ledger = createLedger(join(directory, 'ledger.jsonl'));
  const vendorOptions = { ledger, workMilliseconds: options.workMilliseconds ?? (() => 0) };
  const runpod = stack.use(await startRunpodVendor(vendorOptions));
  const nebius = stack.use(await startNebiusVendor(vendorOptions));
  const services = { ...(await findServices(stack, options)), ...options.environment };
  const database = stack.use(connectDatabase({ url: services.DATABASE_URL, maxConnections: 4, log }));
  const images = openImages(services);
  const environment = { ...services, ...(await configureVendors(directory, { runpod, nebius })) };
  const accepted = new Set<string>();
  const subscribers = stack.use(createSubscribers());
  const members = stack.use(new AsyncDisposableStack());
  const resources = stack.move();
  return {
    ...{ ledger, runpod, nebius, database, images, subscribers, accepted, removed: new Map() },
    async start(memberOptions, own = {}) {
      return members.use(await startMember({ ...memberOptions, environment: { ...environment, ...own } }));
    },
    async submit(client, input) {
      const { generateImage } = await client.query(submitDocument, { input: { ...small, ...input } });
      expect(generateImage.__typename, JSON.stringify(generateImage)).toBe('GenerateImageSuccess');
      accepted.add(generateImage.generation.id);
      return generateImage.generation.id;
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** The size that costs the least to make. */
export const small = { size: { pixels: { width: 64, height: 64 } } } as const;

/** Unique, and says what it is for. */
export function createPrompt(purpose: string): string {
  return `${purpose} ${randomUUID()}`;
}

async function findServices(stack: AsyncDisposableStack, { environment = {} }: FleetOptions) {
  return {
    DATABASE_URL: environment.DATABASE_URL ?? stack.use(await createTestDatabase()).url,
    AZURE_STORAGE_CONNECTION_STRING: inject('storageConnectionString'),
    AZURE_STORAGE_CONTAINER: createTestContainerName(),
    PORT: '0',
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    WORKER_CONCURRENCY: '8',
  };
}

async function configureVendors(directory: string, { runpod, nebius }: { runpod: Vendor; nebius: Vendor }) {
  const file = join(directory, 'models.json');
  await writeFile(file, JSON.stringify({ models: { [models.synchronous]: { priceUsd: nebiusPriceUsd } } }));
  return {
    MODELS_FILE: file,
    RUNPOD_API_KEY: 'any-key',
    RUNPOD_API_URL: `${runpod.url}/v2/classic`,
    NEBIUS_API_KEY: 'any-key',
    NEBIUS_API_ENDPOINT: `${nebius.url}/v1`,
  };
}
