import { followJob } from '../follow-job.ts';
import type { ModelDefinitions } from '../model-definition.ts';
import { inputSettings, readInputSettings } from '../model-input.ts';
import { askPatiently, type PollMilliseconds, usualPollMilliseconds } from '../poll.ts';
import type { PictureOrder, Provider } from '../provider.ts';
import type { VendorDependencies, VendorSettings } from '../vendor.ts';
import { withinTime } from '../within-time.ts';
import { createFalApi } from './fal-api.ts';
import { createFalWebhook } from './fal-webhook.ts';
import { finishRequest } from './finish-request.ts';
import definitions from './models.json' with { type: 'json' };
import { isEnded, toAccount, toProgress } from './read-reply.ts';

export const falModels: ModelDefinitions = definitions;

const usualTimeoutMilliseconds = 600_000;

export interface FalSettings extends VendorSettings {
  /** Where fal publishes the keys that it signs webhooks with. */
  readonly webhookKeysUrl: string;
  readonly timeoutMilliseconds?: number;
  readonly pollMilliseconds?: PollMilliseconds;
}

/** Runs models through fal's queue. Throws an `Error` that names the slug where a model's settings are wrong. */
export function createFalProvider(dependencies: VendorDependencies, settings: FalSettings): Provider {
  const { apiKey, models, timeoutMilliseconds = usualTimeoutMilliseconds } = settings;
  const { pollMilliseconds = usualPollMilliseconds } = settings;
  for (const model of models) readInputSettings(model, inputSettings);
  const api = createFalApi(dependencies.fetch, settings);
  const limit = { vendor: 'fal', timeoutMilliseconds };

  const follow = (order: PictureOrder, id: string) => {
    const request = { vendorModel: order.model.vendorModel, id };
    const job = {
      id,
      look: (signal: AbortSignal) => api.look(request, signal),
      toProgress,
      isEnded,
      toAccount,
      finish: finishRequest({
        order,
        apiKey,
        downloader: dependencies.downloader,
        fetchResult: (signal) =>
          askPatiently({ ask: () => api.fetchResult(request, signal), pollMilliseconds, signal }),
      }),
      cancel: (brief: AbortSignal) => api.cancel(request, brief),
    };
    return followJob(job, { pollMilliseconds, signal: order.signal, wakeUps: order.wakeUps });
  };

  return {
    name: 'fal',
    models,
    offReason: apiKey === undefined ? 'Set FAL_KEY.' : null,
    repeatable: false,
    timeoutMilliseconds,
    generate: (order) =>
      withinTime(limit, order, async function* (timed) {
        yield* follow(timed, await api.submit(timed));
      }),
    resume: (order, id) => withinTime(limit, order, (timed) => follow(timed, id)),
    webhook: createFalWebhook({ ...dependencies, keysUrl: settings.webhookKeysUrl }),
  };
}
