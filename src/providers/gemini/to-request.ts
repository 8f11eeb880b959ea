import type { GenerateContentConfig, GenerateContentParameters } from '@google/genai';
import type { OrderedPicture, PictureOrder } from '../provider.ts';
import { parseGeminiSettings } from './gemini-settings.ts';
import { toInlineData } from './to-inline-data.ts';

export async function toRequest(order: PictureOrder, picture: OrderedPicture): Promise<GenerateContentParameters> {
  const pictures = await toInlineData(order.inputs, order.signal);
  const parts = [{ text: order.prompt }, ...pictures.map((inlineData) => ({ inlineData }))];
  return {
    model: order.model.vendorModel,
    contents: [{ role: 'user', parts }],
    config: toConfig(order, picture),
  };
}

function toConfig(order: PictureOrder, { seed }: OrderedPicture): GenerateContentConfig {
  const { model, aspectRatio, resolution } = order;
  const { thinkingLevel } = parseGeminiSettings(model);
  return {
    responseModalities: ['TEXT', 'IMAGE'],
    imageConfig: {
      ...(aspectRatio === null ? {} : { aspectRatio }),
      ...(resolution === null ? {} : { imageSize: resolution }),
    },
    ...(seed === null ? {} : { seed }),
    ...(thinkingLevel === undefined ? {} : { thinkingConfig: { thinkingLevel } }),
  };
}
