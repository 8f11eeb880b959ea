import type { Secret } from '../../domain/secret.ts';
import { followJob } from '../follow-job.ts';
import type { ModelDefinitions } from '../model-definition.ts';
import type { PollMilliseconds } from '../poll.ts';
import type { PictureOrder, Provider } from '../provider.ts';
import type { VendorDependencies, VendorSettings } from '../vendor.ts';
import { withinTime } from '../within-time.ts';
import { vendor } from './job-endpoint.ts';
import definitions from './models.json' with { type: 'json' };
import { readJobId } from './read-reply.ts';
import { createRoutes, type Route, takeRoute } from './routes.ts';
import { runpodWebhook } from './runpod-webhook.ts';
import { createClean } from './to-failure.ts';
import { toJob } from './to-job.ts';
import { toJobRequest } from './to-request.ts';

export const runpodModels: ModelDefinitions = definitions;

export interface RunpodSettings extends Omit<VendorSettings, 'baseUrl'> {
  /** The URL of one endpoint, as `toEndpointUrl` takes it. Without it there are only models with an endpoint of their own. */
  readonly baseUrl: string | undefined;
  /** How long a job may take, RunPod's queue and a worker's cold start included. */
  readonly timeoutMilliseconds?: number;
  readonly pollMilliseconds?: PollMilliseconds;
  /** How long the answer to one poll may take before it is asked for again. */
  readonly lookMilliseconds?: number;
}

const usual = {
  timeoutMilliseconds: 15 * 60_000,
  pollMilliseconds: { first: 500, most: 3_000 },
  lookMilliseconds: 60_000,
} as const;

/** Throws an `Error` for a URL that names no endpoint, and for a model whose settings make no sense. */
export function createRunpodProvider(dependencies: VendorDependencies, given: RunpodSettings): Provider {
  const settings = { ...usual, ...given };
  const { apiKey, models, timeoutMilliseconds, pollMilliseconds } = settings;
  const { fetch, downloader } = dependencies;
  const routes = createRoutes({ ...settings, fetch });
  const clean = createClean(apiKey);
  const limit = { vendor, timeoutMilliseconds };

  const submit = async (order: PictureOrder) => {
    const route = takeRoute(routes, order.model);
    const request = await toJobRequest(order, route.toInput);
    return readJobId(await route.endpoint.run(request, order.signal), clean);
  };
  const follow = (order: PictureOrder, id: string) => {
    const { endpoint } = takeRoute(routes, order.model);
    const job = toJob({ id, endpoint, order, downloader, clean });
    return followJob(job, { pollMilliseconds, signal: order.signal, wakeUps: order.wakeUps });
  };

  const offReason = findOffReason(apiKey, routes);
  return {
    name: 'runpod',
    models: offReason === null ? models.filter(({ slug }) => routes.has(slug)) : models,
    offReason,
    repeatable: false,
    timeoutMilliseconds,
    generate: (order) =>
      withinTime(limit, order, async function* (timed) {
        yield* follow(timed, await submit(timed));
      }),
    resume: (order, id) => withinTime(limit, order, (timed) => follow(timed, id)),
    webhook: runpodWebhook,
  };
}

function findOffReason(apiKey: Secret | undefined, routes: ReadonlyMap<string, Route>): string | null {
  if (apiKey === undefined) return 'Set RUNPOD_API_KEY.';
  return routes.size === 0 ? 'Set RUNPOD_API_URL.' : null;
}
