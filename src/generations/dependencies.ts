import type { HashApiKey } from '../accounts/api-key-hash.ts';
import type { Database } from '../database/database.ts';
import type { Clock } from '../domain/clock.ts';
import type { QuotaLimits } from '../domain/quota.ts';
import type { Announce } from '../hints/hint.ts';
import type { Hub } from '../hints/hub.ts';
import type { InputDependencies } from '../inputs/dependencies.ts';
import type { Logger } from '../log.ts';
import type { PictureLab } from '../pictures/picture-lab.ts';
import type { PromptEnhancer } from '../prompts/prompt-enhancer.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import type { ImageStore } from '../storage/image-store.ts';
import type { ModelDurations } from './durations.ts';
import type { ProviderHealth } from './provider-health.ts';
import type { QueueGate } from './queue-gate.ts';

/** What the verbs of this folder are made of. Each names the part that it uses. */
export interface GenerationDependencies {
  readonly database: Database;
  readonly queue: JobQueue;
  readonly hub: Hub;
  readonly announce: Announce;
  readonly catalogue: Catalogue;
  readonly images: ImageStore;
  readonly lab: PictureLab;
  readonly inputs: InputDependencies;
  readonly health: ProviderHealth;
  readonly enhancer: PromptEnhancer;
  /** Undefined where API keys are off. */
  readonly hashApiKey: HashApiKey | undefined;
  /** The limits of users who have none of their own. */
  readonly quotaDefaults: QuotaLimits;
  readonly queueGate: QueueGate;
  readonly durations: ModelDurations;
  readonly clock: Clock;
  /** A new UUIDv7. */
  readonly createId: () => string;
  readonly log: Logger;
}

/** What it takes to check a request, to accept it and to queue it. */
export type AcceptingDependencies = Pick<
  GenerationDependencies,
  | 'database'
  | 'queue'
  | 'announce'
  | 'catalogue'
  | 'health'
  | 'inputs'
  | 'clock'
  | 'createId'
  | 'quotaDefaults'
  | 'queueGate'
>;
