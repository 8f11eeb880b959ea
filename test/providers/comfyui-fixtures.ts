import type { TestContext } from 'vitest';
import type { Clock } from '../../src/domain/clock.ts';
import {
  type ComfyuiSettings,
  comfyuiModels,
  createComfyuiProvider,
} from '../../src/providers/comfyui/comfyui-provider.ts';
import { type ModelChanges, readModels } from '../../src/providers/model-definition.ts';
import type { PictureOrder, Provider } from '../../src/providers/provider.ts';
import { findModel, toOrder } from '../support/orders.ts';
import { type ComfyuiOptions, type ComfyuiStandin, startComfyuiStandin } from '../support/standins/comfyui.ts';
import type { Standin } from '../support/standins/standin.ts';
import { withWholeWorkflows } from './comfyui-changes.ts';

export interface ComfyuiAt extends Partial<ComfyuiSettings> {
  readonly url: string;
  readonly clock?: Clock;
  /** Of the built-in models, as `MODELS_FILE` has them, and parts of their workflows. */
  readonly changes?: ModelChanges;
}

/** Hears of its jobs, and asks for them only where a test says so. */
export function createComfyui({ url, changes = {}, clock = { now: Date.now }, ...settings }: ComfyuiAt): Provider {
  const models = readModels('comfyui', comfyuiModels, withWholeWorkflows(changes));
  const dependencies = { fetch: globalThis.fetch, clock };
  return createComfyuiProvider(dependencies, { baseUrl: url, models, pollMilliseconds: 60_000, ...settings });
}

/** For the length of one test. */
export async function startStandinFor(context: TestContext, options: ComfyuiOptions = {}): Promise<ComfyuiStandin> {
  const standin = await startComfyuiStandin(options);
  context.onTestFinished(() => standin[Symbol.asyncDispose]());
  return standin;
}

export interface ComfyuiOrder extends Partial<PictureOrder> {
  readonly slug?: string;
  readonly at?: Omit<ComfyuiAt, 'url'>;
}

/** An order at the stand-in, not yet begun. */
export function order({ url }: Standin, { slug = 'comfyui/sd15', at = {}, ...wishes }: ComfyuiOrder = {}) {
  const provider = createComfyui({ url, ...at });
  return provider.generate(toOrder(findModel(provider, slug), wishes));
}

/** A job that was begun before, not yet followed. */
export function resume({ url }: Standin, id: string, { at = {}, ...wishes }: Omit<ComfyuiOrder, 'slug'> = {}) {
  const provider = createComfyui({ url, ...at });
  if (provider.resume === undefined) throw new Error('It cannot resume.');
  return provider.resume(toOrder(findModel(provider, 'comfyui/sd15'), wishes), id);
}

/** For jobs of which nothing can be heard. */
export const asking = { pollMilliseconds: 10 };

export interface PostedPrompt {
  readonly prompt: Readonly<Record<string, { readonly class_type: string; readonly inputs: Record<string, unknown> }>>;
  readonly prompt_id: string;
  readonly client_id: string;
}

/** The jobs that were submitted, as they came over the wire. */
export function postedPrompts({ received }: Pick<Standin, 'received'>): readonly PostedPrompt[] {
  const posts = received.filter(({ method, path }) => method === 'POST' && path === '/prompt');
  return posts.map(({ body }) => JSON.parse(body.toString()));
}

/** What was asked for, in order, with `{id}` for the ids of jobs. */
export function pathsOf({ received }: Pick<Standin, 'received'>): readonly string[] {
  return received.map(({ method, path }) => `${method} ${path.replace(/[0-9a-f-]{36}/, '{id}')}`);
}

/** The inputs of the one node of this kind. */
export function inputsOf(standin: Standin, classType: string): Record<string, unknown> | undefined {
  const nodes = Object.values(postedPrompts(standin).at(-1)?.prompt ?? {});
  return nodes.find(({ class_type }) => class_type === classType)?.inputs;
}
