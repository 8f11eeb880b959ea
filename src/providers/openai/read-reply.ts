import { z } from 'zod';
import { type Usage, usageReply } from './to-cost.ts';

/** What a server says, as far as it is understood. */
export type Message = PartialMessage | PicturesMessage;

export interface PartialMessage {
  readonly type: 'partial';
  /** Which look at the unfinished picture it is, from 0. */
  readonly index: number;
  /** Base64. */
  readonly source: string;
}

export interface PicturesMessage {
  readonly type: 'pictures';
  readonly pictures: readonly MadePicture[];
  readonly usage: Usage;
}

export interface MadePicture {
  /** Base64 or a URL. */
  readonly source: string;
  readonly revisedPrompt: string | null;
}

const text = z.string().nullish().catch(null);
const pictureFields = { b64_json: text, url: text, revised_prompt: text };
const pictureReply = z.object(pictureFields);

const partialEvent = z
  .object({
    type: z.enum(['image_generation.partial_image', 'image_edit.partial_image']),
    partial_image_index: z.int().min(0),
    b64_json: z.string(),
  })
  .transform(({ partial_image_index: index, b64_json: source }): Message => ({ type: 'partial', index, source }));

const completedEvent = z
  .object({
    type: z.enum(['image_generation.completed', 'image_edit.completed']),
    usage: usageReply,
    ...pictureFields,
  })
  .transform(({ usage, ...picture }) => toPictures([picture], usage));

const wholeReply = z
  .object({ data: z.array(pictureReply), usage: usageReply })
  .transform(({ data, usage }) => toPictures(data, usage));

const message = z.union([partialEvent, completedEvent, wholeReply]);

/** Undefined for what says nothing of pictures, such as an event that nobody knows yet. */
export function findMessage(said: unknown): Message | undefined {
  return message.safeParse(said).data;
}

function toPictures(replies: readonly z.infer<typeof pictureReply>[], usage: Usage): Message {
  return { type: 'pictures', pictures: replies.flatMap(toMadePicture), usage };
}

/** Some servers answer an entry without a picture for one that they made and withhold. */
function toMadePicture({ b64_json, url, revised_prompt }: z.infer<typeof pictureReply>): readonly MadePicture[] {
  const source = b64_json || url;
  return source ? [{ source, revisedPrompt: revised_prompt || null }] : [];
}
