import { z } from 'zod';
import type { ImageModel } from '../../domain/image-model.ts';

const field = z.string().min(1);

export const optionNames = ['negativePrompt', 'width', 'height', 'steps', 'guidanceScale', 'strength', 'seed'] as const;

/** What the vendor calls our options. What is left out is not sent. */
const fields = z.partialRecord(z.enum(optionNames), field).default({});

/** In the field's name, `{index}` is the place of the picture, from 0. */
const inputs = z.strictObject({
  field,
  /** Pictures that are longer on either side are shrunk to it, and the mask with them. FLUX.2 wants less than 512. */
  longerSide: z.int().min(64).optional(),
});
const mask = z.strictObject({ field });

/** In JSON, a file is base64 or a list of its bytes. */
const asJson = { as: z.enum(['base64', 'integers']) };
/** In a form it is a part of its own. */
const asFile = { as: z.literal('file').default('file') };

const modelSettings = z.discriminatedUnion('request', [
  z.strictObject({
    request: z.literal('json'),
    fields,
    inputs: inputs.extend(asJson).optional(),
    mask: mask.extend(asJson).optional(),
  }),
  z.strictObject({
    request: z.literal('multipart'),
    fields,
    inputs: inputs.extend(asFile).optional(),
    mask: mask.extend(asFile).optional(),
  }),
]);

/** How the requests for a model look. A model that Cloudflare adds is configuration, not code. */
export type ModelSettings = z.infer<typeof modelSettings>;
export type PictureForm = 'base64' | 'integers' | 'file';

/** Throws an `Error` with one line for each problem, which names the slug. */
export function parseModelSettings(model: ImageModel): ModelSettings {
  const parsed = modelSettings.safeParse(model.settings);
  const problems = parsed.success ? findGaps(model, parsed.data) : toProblems(parsed.error);
  if (!parsed.success || problems.length > 0) {
    throw new Error(problems.map((problem) => `${model.slug} › settings › ${problem}`).join('\n'));
  }
  return parsed.data;
}

function toProblems({ issues }: z.ZodError): readonly string[] {
  return issues.map(({ path, message }) => [...path, message].join(' › '));
}

/** What the model takes but would never be told. An input image that is silently dropped would be the worst of it. */
function findGaps({ capabilities }: ImageModel, { inputs, mask }: ModelSettings): readonly string[] {
  const { max } = capabilities.inputImages;
  return [
    ...(max > 0 && inputs === undefined ? ['inputs › Say how input images are sent.'] : []),
    ...(max > 1 && inputs?.field.includes('{index}') === false ? ['inputs › field › Several need {index} in it.'] : []),
    ...(capabilities.mask && mask === undefined ? ['mask › Say how a mask is sent.'] : []),
  ];
}
