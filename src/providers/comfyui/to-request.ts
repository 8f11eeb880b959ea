import type { PictureOrder } from '../provider.ts';
import { readTemplate } from './read-template.ts';
import { fillSlots, type SlotValues, toImageSlot } from './slots.ts';
import type { UploadedInputs } from './upload-inputs.ts';

export interface Submission {
  /** Ours, for the job and for the client that hears of it: whoever takes over knows both by the one that was accepted. */
  readonly id: string;
  readonly uploaded: UploadedInputs;
}

/** The body of `POST /prompt`. Old servers pass over `prompt_id` and `preview_method`. */
export function toRequest(order: PictureOrder, submission: Submission): object {
  const values = toValues(order, submission);
  const nodes = Object.entries(readTemplate(order.model)).map(([id, node]) => {
    return [id, { ...node, inputs: fillSlots(node.inputs, values) }] as const;
  });
  const { id } = submission;
  return {
    prompt: Object.fromEntries(nodes),
    client_id: id,
    prompt_id: id,
    extra_data: { preview_method: 'auto' },
  };
}

function toValues(order: PictureOrder, { uploaded }: Submission): SlotValues {
  const { steps, guidanceScale, strength } = order.model.capabilities;
  return {
    prompt: order.prompt,
    negativePrompt: order.negativePrompt ?? '',
    width: order.width ?? undefined,
    height: order.height ?? undefined,
    steps: order.steps ?? steps?.default ?? undefined,
    guidanceScale: order.guidanceScale ?? guidanceScale?.default ?? undefined,
    strength: order.strength ?? strength?.default ?? undefined,
    seed: order.pictures[0]?.seed ?? undefined,
    count: order.pictures.length,
    vendorModel: order.model.vendorModel,
    mask: uploaded.mask,
    ...Object.fromEntries(uploaded.images.map((name, index) => [toImageSlot(index), name])),
  };
}
