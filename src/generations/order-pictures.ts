import { seedOfPicture } from '../domain/generation-request.ts';
import type { PictureOrder, Provider, ProviderEvent } from '../providers/provider.ts';
import type { Assignment } from './assignment.ts';
import type { GenerationRun } from './generation-run.ts';

export interface OrderedCall {
  readonly assignment: Assignment;
  readonly positions: readonly number[];
  /** The provider's own id of a call that was made before; undefined for a new one. */
  readonly providerRequestId?: string;
}

/** What an order holds beside the wishes of the request. */
type OrderParts = Pick<PictureOrder, 'signal' | 'webhookUrl' | 'wakeUps'>;

/** Has pictures made by a provider, or follows a call that makes them. Tells what the provider tells. */
export function orderPictures(run: GenerationRun, call: OrderedCall, parts: OrderParts): AsyncIterable<ProviderEvent> {
  const { model } = call.assignment;
  const provider = run.catalogue.providerOf(model);
  const { signal, webhookUrl, wakeUps } = parts;
  const timeoutMilliseconds = toTimeLimit(run, provider);
  const { shrinkFrame } = run.lab;
  const order = { ...toOrder(run, call), timeoutMilliseconds, webhookUrl, wakeUps, shrinkFrame, signal };
  if (call.providerRequestId === undefined) return provider.generate(order);
  if (provider.resume !== undefined) return provider.resume(order, call.providerRequestId);
  throw new Error(`${provider.name} cannot resume a call.`);
}

/** Its own, unless the generation's deadline comes first. */
function toTimeLimit({ generation, clock }: GenerationRun, { timeoutMilliseconds }: Provider): number {
  const { deadlineAt } = generation;
  return deadlineAt === null ? timeoutMilliseconds : Math.min(timeoutMilliseconds, deadlineAt.getTime() - clock.now());
}

type Wishes = Omit<PictureOrder, keyof OrderParts | 'timeoutMilliseconds' | 'shrinkFrame'>;

function toOrder({ generation }: GenerationRun, { assignment, positions }: OrderedCall): Wishes {
  const { model, prompt, material } = assignment;
  const { count: _, seed, style, styleIntensity, ...options } = assignment.options;
  const { negativePrompt } = generation;
  const { capabilities } = model;
  const pictures = positions.map((position) => ({ position, seed: seedOfPicture(seed, position, capabilities) }));
  // A style that the model lacks is part of the wording.
  const told = capabilities.styles === null ? { style: null, styleIntensity: null } : { style, styleIntensity };
  const words = { prompt, negativePrompt: capabilities.negativePrompt ? negativePrompt : null };
  return { model, ...words, ...options, ...told, ...material, pictures };
}
