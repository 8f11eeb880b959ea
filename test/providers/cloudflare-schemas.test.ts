import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import type { ImageModel } from '../../src/domain/image-model.ts';
import type { PictureOrder } from '../../src/providers/provider.ts';
import { blankPicture } from '../support/blank-provider.ts';
import { findModel, toInput } from '../support/orders.ts';
import { readForm } from '../support/standins/standin.ts';
import { formSchemas, jsonSchemas } from './cloudflare-fixtures.ts';
import { openCloudflare } from './cloudflare-setup.ts';

const { provider, standin, generate, lastRequest } = await openCloudflare();
const picture = await blankPicture(64, 64);
const photo = toInput(picture);

/** As much as the model takes, with every number at one end of its range. */
function fillOrder({ capabilities }: ImageModel, end: 'min' | 'max'): Partial<PictureOrder> {
  const { size, steps, guidanceScale, strength, seed, inputImages, mask } = capabilities;
  return {
    negativePrompt: 'fog',
    ...(size.kind === 'free' ? { width: size.width[end], height: size.height[end] } : {}),
    steps: steps?.[end] ?? null,
    guidanceScale: guidanceScale?.[end] ?? null,
    strength: strength?.[end] ?? null,
    pictures: [{ position: 0, seed: seed === null ? null : { min: 0, max: seed.max }[end] }],
    inputs: Array.from({ length: inputImages.max }, () => photo),
    mask: mask ? photo : null,
  };
}

async function textsOfForm(): Promise<Readonly<Record<string, unknown>>> {
  const parts = [...(await readForm(lastRequest()))];
  return Object.fromEntries(parts.filter(([, value]) => typeof value === 'string'));
}

describe('what Cloudflare publishes of its models', () => {
  const slugs = provider.models.map(({ slug }) => slug);

  test.each(slugs.flatMap((slug) => [{ slug, end: 'min' } as const, { slug, end: 'max' } as const]))(
    'has room for all that is sent to $slug with every number at its $end',
    async ({ slug, end }) => {
      const model = findModel(provider, slug);
      standin.interject(/\/ai\/run\//, (_, response) => void response.end(picture));
      await generate(slug, fillOrder(model, end));
      const inForm = model.vendorModel in formSchemas;
      const sent = inForm ? await textsOfForm() : JSON.parse(lastRequest().body.toString());
      const schema = { ...(inForm ? formSchemas : jsonSchemas)[model.vendorModel], additionalProperties: false };
      // What comes in a form is text. In JSON, a number has to be one.
      const ajv = new Ajv({ coerceTypes: inForm });
      expect(Object.keys(schema)).toContain('required');
      expect(ajv.validate(schema, sent), ajv.errorsText()).toBe(true);
    },
  );
});
