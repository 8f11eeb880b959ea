import type { ImageModel } from '../../domain/image-model.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Fetch } from '../../network/fetch.ts';
import { ProviderError } from '../provider-error.ts';
import type { ToInput } from './dialects/dialect.ts';
import { findEndpointUrl, toEndpointUrl } from './endpoint-url.ts';
import { createJobEndpoint, type JobEndpoint } from './job-endpoint.ts';
import { readSettings } from './read-settings.ts';

/** Where the jobs of one model go, and what they are made of. */
export interface Route {
  readonly endpoint: JobEndpoint;
  readonly toInput: ToInput;
}

export interface RouteSettings {
  readonly fetch: Fetch;
  readonly apiKey: Secret | undefined;
  readonly baseUrl: string | undefined;
  readonly models: readonly ImageModel[];
  readonly lookMilliseconds: number;
}

/** By slug. A model without an endpoint has none. Throws an `Error` for settings that nothing can be made of. */
export function createRoutes(settings: RouteSettings): ReadonlyMap<string, Route> {
  const { fetch, apiKey, lookMilliseconds, baseUrl, models } = settings;
  const configured = baseUrl === undefined ? undefined : toEndpointUrl(baseUrl);
  const routes = models.flatMap((model) => {
    const { endpoint: own, toInput } = readSettings(model);
    const url = findEndpointUrl(configured, own);
    if (url === undefined) return [];
    const route: Route = { endpoint: createJobEndpoint({ fetch, url, apiKey, lookMilliseconds }), toInput };
    return [[model.slug, route] as const];
  });
  return new Map(routes);
}

export function takeRoute(routes: ReadonlyMap<string, Route>, { slug }: ImageModel): Route {
  const route = routes.get(slug);
  if (route !== undefined) return route;
  const message = `There is no endpoint for the model ${slug}.`;
  throw new ProviderError(message, { code: 'MODEL_RETIRED', retryable: false, unstarted: true });
}
