import type { Secret } from '../../domain/secret.ts';
import type { VendorRequest } from '../call-vendor.ts';
import { inputSettings, readInputSettings, toModelInput } from '../model-input.ts';
import type { PictureOrder } from '../provider.ts';

export interface Endpoint {
  readonly apiKey: Secret | undefined;
  readonly baseUrl: string;
}

export interface QueuedRequest {
  readonly vendorModel: string;
  readonly id: string;
}

type Wish = Pick<VendorRequest, 'method' | 'signal'> & { readonly path: string };

function toRequest({ apiKey, baseUrl }: Endpoint, { path, ...wish }: Wish): VendorRequest {
  return {
    vendor: 'fal',
    url: `${baseUrl}/${path}`,
    headers: { authorization: `Key ${apiKey?.reveal() ?? ''}` },
    ...wish,
  };
}

export async function toSubmitRequest(order: PictureOrder, endpoint: Endpoint): Promise<VendorRequest> {
  const { model, signal, webhookUrl } = order;
  const body = await toModelInput(order, readInputSettings(model, inputSettings));
  const query = webhookUrl === null ? '' : `?${new URLSearchParams({ fal_webhook: webhookUrl })}`;
  const request = toRequest(endpoint, { method: 'POST', path: `${model.vendorModel}${query}`, signal });
  // What has not begun by then is not begun any more, should nobody be there to cancel it.
  const timeout = String(Math.ceil(order.timeoutMilliseconds / 1000));
  return { ...request, headers: { ...request.headers, 'x-fal-request-timeout': timeout }, body };
}

export interface Follow {
  readonly method: 'GET' | 'PUT';
  /** What is asked of the request: its result where it is empty. */
  readonly part: '' | '/status?logs=1' | '/cancel';
  readonly signal: AbortSignal;
}

/** The addresses in fal's answers are never followed: ours are made of the base URL, the model and the request's id. */
export function toFollowRequest(
  endpoint: Endpoint,
  { vendorModel, id }: QueuedRequest,
  { method, part, signal }: Follow,
): VendorRequest {
  return toRequest(endpoint, { method, path: `${toApp(vendorModel)}/requests/${id}${part}`, signal });
}

/** Apps whose names have three parts, as fal's own client knows them. */
const namespaces: readonly string[] = ['workflows', 'comfy'];

/** `fal-ai/flux/dev` runs in the app `fal-ai/flux`, and there its requests are found. */
function toApp(vendorModel: string): string {
  const parts = vendorModel.split('/');
  return parts.slice(0, namespaces.includes(parts[0] ?? '') ? 3 : 2).join('/');
}
