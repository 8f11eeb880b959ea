import { randomUUID } from 'node:crypto';
import type { ImageModel } from '../../src/domain/image-model.ts';
import type { PictureOrder, PictureReport, Provider, ProviderEvent } from '../../src/providers/provider.ts';
import { blankModel, blankPicture, createScriptedProvider } from './blank-provider.ts';
import type { Hold } from './hold.ts';

export type Script = (order: PictureOrder) => AsyncIterable<ProviderEvent>;

/** One provider for the tests of a file: what it does is chosen by the prompt. */
export interface Stage {
  readonly provider: Provider;
  /** A new prompt, for which the provider does this. Every other prompt gets its grey pictures at once. */
  prompt(script: Script): string;
}

export function createStage(model: ImageModel = blankModel): Stage {
  const scripts = new Map<string, Script>();
  return {
    provider: createScriptedProvider((order) => (scripts.get(order.prompt) ?? paintAll)(order), model),
    prompt(script) {
      const prompt = `as scripted ${randomUUID()}`;
      scripts.set(prompt, script);
      return prompt;
    },
  };
}

/** The pictures, once the hold is released. */
export function paintAfter(hold: Hold): Script {
  return async function* (order) {
    await hold.wait(order.signal);
    yield* paintAll(order);
  };
}

export async function* paintAll(order: PictureOrder): AsyncGenerator<PictureReport> {
  for (const { position } of order.pictures) yield await paint(order, position);
}

/** One grey picture, as the provider reports it. */
export async function paint({ width, height, pictures }: PictureOrder, position: number): Promise<PictureReport> {
  const seed = pictures.find((picture) => picture.position === position)?.seed ?? null;
  return { type: 'picture', position, seed, bytes: await blankPicture(width, height) };
}

/** Progress in steps, as a provider reports it. */
export function step(done: number, totalSteps: number): ProviderEvent {
  return { type: 'progress', step: done, totalSteps, fraction: done / totalSteps };
}
