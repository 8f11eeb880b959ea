import type { OrderedPicture, PictureOrder } from '../provider.ts';
import { type FittedPicture, fitMask, fitPicture } from './fit-picture.ts';
import { type ModelSettings, optionNames, type PictureForm, parseModelSettings } from './model-settings.ts';

export interface RequestContent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | object;
}

type Field = readonly [name: string, value: string | number | readonly number[] | File];

/** What the vendor is sent for one picture. Throws `ProviderError` for a picture that cannot be read. */
export async function toRequest(order: PictureOrder, picture: OrderedPicture): Promise<RequestContent> {
  const settings = parseModelSettings(order.model);
  const fields: readonly Field[] = [
    ['prompt', order.prompt],
    ...toOptions(order, picture, settings),
    ...(await toInputs(order, settings)),
    ...(await toMask(order, settings)),
  ];
  return settings.request === 'json' ? { headers: {}, body: Object.fromEntries(fields) } : toForm(fields);
}

function toOptions(order: PictureOrder, { seed }: OrderedPicture, { fields }: ModelSettings): readonly Field[] {
  // Phoenix refuses an empty negative prompt.
  const negativePrompt = order.negativePrompt === '' ? null : order.negativePrompt;
  const values = { ...order, negativePrompt, seed };
  return optionNames.flatMap((name): readonly Field[] => {
    const [field, value] = [fields[name], values[name]];
    return field === undefined || value === null ? [] : [[field, value]];
  });
}

/** One after the other: nobody needs all the large originals in memory at once. */
async function toInputs(order: PictureOrder, { inputs: rule }: ModelSettings): Promise<readonly Field[]> {
  const fields: Field[] = [];
  if (rule === undefined) return fields;
  for (const [index, input] of order.inputs.entries()) {
    const name = rule.field.replace('{index}', String(index));
    fields.push([name, encode(name, await fitPicture(input, { ...rule, signal: order.signal }), rule.as)]);
  }
  return fields;
}

/** It has to stay as large as the input image, so it shrinks with that. */
async function toMask({ mask, signal }: PictureOrder, settings: ModelSettings): Promise<readonly Field[]> {
  const { mask: rule, inputs } = settings;
  if (mask === null || rule === undefined) return [];
  const picture = await fitMask(mask, { longerSide: inputs?.longerSide, signal });
  return [[rule.field, encode(rule.field, picture, rule.as)]];
}

function encode(name: string, { bytes, mediaType }: FittedPicture, form: PictureForm): Field[1] {
  switch (form) {
    case 'base64':
      return Buffer.from(bytes).toString('base64');
    case 'integers':
      return [...bytes];
    case 'file':
      return new File([bytes], `${name}.${mediaType.slice('image/'.length)}`, { type: mediaType });
  }
}

/** Written out here, because the fetch of the undici package does not know the global FormData. */
async function toForm(fields: readonly Field[]): Promise<RequestContent> {
  const form = new FormData();
  for (const [name, value] of fields) {
    if (value instanceof File) form.append(name, value);
    else form.append(name, String(value));
  }
  const written = new Response(form);
  const headers = { 'content-type': written.headers.get('content-type') ?? 'multipart/form-data' };
  return { headers, body: new Uint8Array(await written.arrayBuffer()) };
}
