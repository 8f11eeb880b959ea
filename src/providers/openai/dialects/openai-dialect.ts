import type { PictureOrder } from '../../provider.ts';
import type { ModelSettings } from '../model-settings.ts';
import { type Dialect, toSizeText, withoutNulls } from './dialect.ts';

export const toOpenAIFields: Dialect = (order, settings) => ({
  prompt: order.prompt,
  ...withoutNulls({
    model: order.model.vendorModel,
    n: order.pictures.length,
    size: toSizeText(order),
    quality: order.quality,
    background: order.background,
    moderation: settings.moderation,
    output_format: order.outputFormat.toLowerCase(),
    // A PNG has none, and OpenAI refuses one.
    output_compression: order.outputFormat === 'PNG' ? null : order.compression,
  }),
  ...toStreamFields(order, settings),
});

/** How many final events a stream of several pictures has is told nowhere: only single ones are streamed. */
function toStreamFields({ pictures }: PictureOrder, { partialImages }: ModelSettings) {
  return partialImages > 0 && pictures.length === 1 ? { stream: true, partial_images: partialImages } : {};
}
