import { toStreamingFile } from 'openai';
import type { InputPicture, PictureOrder } from '../provider.ts';
import type { Dialect, RequestFields } from './dialects/dialect.ts';
import { toNebiusFields } from './dialects/nebius-dialect.ts';
import { toOpenAIFields } from './dialects/openai-dialect.ts';
import { toPlainFields } from './dialects/plain-dialect.ts';
import { InputUnreadError } from './input-unread-error.ts';
import type { ModelSettings } from './model-settings.ts';

type InputFile = ReturnType<typeof toStreamingFile>;

export interface ImagesRequest {
  readonly fields: RequestFields;
  readonly images: readonly InputFile[];
  readonly mask: InputFile | null;
}

const dialects: Readonly<Record<ModelSettings['dialect'], Dialect>> = {
  openai: toOpenAIFields,
  nebius: toNebiusFields,
  plain: toPlainFields,
};

/** Reads no input yet: each is read when its turn on the wire comes, and then let go. */
export function toRequest(order: PictureOrder, settings: ModelSettings): ImagesRequest {
  const { inputs, mask, signal } = order;
  return {
    fields: dialects[settings.dialect](order, settings),
    images: inputs.map((input, index) =>
      toFile(() => input.read(signal), { name: `image-${index + 1}`, mediaType: input.mediaType }),
    ),
    mask: mask === null ? null : toFile(() => readAsPng(mask, signal), { name: 'mask', mediaType: 'image/png' }),
  };
}

interface FileFacts {
  readonly name: string;
  readonly mediaType: string;
}

function toFile(read: () => Promise<Uint8Array>, { name, mediaType }: FileFacts): InputFile {
  const fileName = `${name}.${mediaType.replace('image/', '')}`;
  return toStreamingFile(readLate(read), fileName, { type: mediaType });
}

async function* readLate(read: () => Promise<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield await read();
  } catch (error) {
    throw new InputUnreadError(error);
  }
}

/** The only format that masks may have. */
function readAsPng(mask: InputPicture, signal: AbortSignal): Promise<Uint8Array> {
  return mask.mediaType === 'image/png' ? mask.read(signal) : mask.convert({ to: 'png' }, signal);
}
