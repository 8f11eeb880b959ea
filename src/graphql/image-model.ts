import type { ImageModel } from '../domain/image-model.ts';
import { builder } from './builder.ts';

export const ImageModelType = builder.objectRef<ImageModel>('ImageModel');

builder.node(ImageModelType, {
  authScopes: { result: true },
  description: 'A model that makes pictures, and what it accepts.',
  id: { resolve: (model) => model.slug, description: 'Opaque and global.' },
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'slug' in value && 'capabilities' in value,
  loadOne: (slug, { services }) => services.catalogue.find(slug) ?? null,
  fields: (t) => ({
    slug: t.exposeString('slug', {
      description: 'For example `openai/gpt-image-2`: what `GenerateImageInput.model` takes.',
    }),
    name: t.exposeString('name', { description: 'For people.' }),
    provider: t.exposeString('provider', { description: 'Who runs it.' }),
    available: t.boolean({
      description: 'Whether it can be used now.',
      resolve: (model, _, { services }) => services.health.findUnavailability(model) === undefined,
    }),
    unavailableReason: t.string({
      nullable: true,
      description: 'Why not, in one sentence.',
      resolve: (model, _, { services }) => services.health.findUnavailability(model)?.reason ?? null,
    }),
    isDefault: t.boolean({
      description: 'Whether it is used when a request names none.',
      resolve: (model, _, { services }) => model.slug === services.catalogue.defaultModel.slug,
    }),
    priceUsd: t.field({
      type: 'Decimal',
      nullable: true,
      description: 'USD for one picture; null where it is not known.',
      resolve: ({ priceUsd }) => priceUsd,
    }),
  }),
});

builder.queryField('models', (t) =>
  t.field({
    type: [ImageModelType],
    nullable: true,
    authScopes: { result: true },
    description: 'All models that are configured.',
    complexity: { field: 1, multiplier: 20 },
    resolve: (_, __, { services }) => [...services.catalogue.models],
  }),
);
