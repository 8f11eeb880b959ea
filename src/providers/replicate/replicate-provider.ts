import { followJob } from '../follow-job.ts';
import type { ModelDefinitions } from '../model-definition.ts';
import { readInputSettings } from '../model-input.ts';
import { type PollMilliseconds, usualPollMilliseconds } from '../poll.ts';
import type { PictureOrder, Provider } from '../provider.ts';
import type { VendorDependencies, VendorSettings } from '../vendor.ts';
import { withinTime } from '../within-time.ts';
import { finishPrediction } from './finish-prediction.ts';
import definitions from './models.json' with { type: 'json' };
import { isEnded, toAccount, toProgress } from './read-reply.ts';
import { createReplicateApi } from './replicate-api.ts';
import { createReplicateWebhook } from './replicate-webhook.ts';
import { replicateSettings } from './to-request.ts';

export const replicateModels: ModelDefinitions = definitions;

const usualTimeoutMilliseconds = 600_000;

export interface ReplicateSettings extends VendorSettings {
  readonly timeoutMilliseconds?: number;
  readonly pollMilliseconds?: PollMilliseconds;
}

/** Runs models at Replicate. Throws an `Error` that names the slug where a model's settings are wrong. */
export function createReplicateProvider(dependencies: VendorDependencies, settings: ReplicateSettings): Provider {
  const { apiKey, models, timeoutMilliseconds = usualTimeoutMilliseconds } = settings;
  const { pollMilliseconds = usualPollMilliseconds } = settings;
  for (const model of models) readInputSettings(model, replicateSettings);
  const api = createReplicateApi(dependencies.fetch, settings);
  const limit = { vendor: 'Replicate', timeoutMilliseconds };

  const follow = (order: PictureOrder, id: string) => {
    const job = {
      id,
      look: (signal: AbortSignal) => api.look(id, signal),
      toProgress,
      isEnded,
      toAccount,
      finish: finishPrediction({ order, apiKey, downloader: dependencies.downloader }),
      cancel: (brief: AbortSignal) => api.cancel(id, brief),
    };
    return followJob(job, { pollMilliseconds, signal: order.signal, wakeUps: order.wakeUps });
  };

  return {
    name: 'replicate',
    models,
    offReason: apiKey === undefined ? 'Set REPLICATE_API_TOKEN.' : null,
    repeatable: false,
    timeoutMilliseconds,
    generate: (order) =>
      withinTime(limit, order, async function* (timed) {
        yield* follow(timed, await api.create(timed));
      }),
    resume: (order, id) => withinTime(limit, order, (timed) => follow(timed, id)),
    webhook: createReplicateWebhook({ ...dependencies, endpoint: settings }),
  };
}
