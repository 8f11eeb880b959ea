import type { ImageModel } from '../domain/image-model.ts';
import type { Provider } from './provider.ts';

/** The models that are configured, by slug; those too whose provider is off. */
export interface Catalogue {
  readonly models: readonly ImageModel[];
  readonly defaultModel: ImageModel;
  find(slug: string): ImageModel | undefined;
  /** The one that makes this model's pictures. */
  providerOf(model: ImageModel): Provider;
}

/**
 * The default is the model of that slug; where there is none of it, the first of the first provider. Throws when a slug is there
 * twice, or no model at all.
 */
export function createCatalogue(providers: readonly Provider[], defaultSlug: string): Catalogue {
  const entries = new Map<string, { readonly model: ImageModel; readonly provider: Provider }>();
  for (const provider of providers) {
    for (const model of provider.models) {
      if (entries.has(model.slug)) throw new Error(`The model ${model.slug} is configured twice.`);
      entries.set(model.slug, { model, provider });
    }
  }
  const models = [...entries.values()].map((entry) => entry.model);
  const defaultModel = entries.get(defaultSlug)?.model ?? models[0];
  if (defaultModel === undefined) throw new Error('No model is configured.');
  return {
    models,
    defaultModel,
    find: (slug) => entries.get(slug)?.model,
    providerOf(model) {
      const entry = entries.get(model.slug);
      if (entry === undefined) throw new Error(`The model ${model.slug} is not configured.`);
      return entry.provider;
    },
  };
}
