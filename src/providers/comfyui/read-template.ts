import { z } from 'zod';
import type { ImageModel } from '../../domain/image-model.ts';
import { findSlotProblems, findSlots } from './slots.ts';

const node = z.looseObject({ class_type: z.string().min(1), inputs: z.record(z.string(), z.unknown()) });
const graph = z.record(z.string(), node).refine((nodes) => Object.keys(nodes).length > 0);

/** The nodes of a workflow by their ids, in the format that ComfyUI's API takes. */
export type Graph = z.infer<typeof graph>;

/** The workflow of a model, with its slots still open. Throws an `Error` with a line for each thing that is wrong with it. */
export function readTemplate({ slug, settings, capabilities }: ImageModel): Graph {
  const { data } = graph.safeParse(settings.workflow);
  if (data === undefined) {
    throw new Error(`${slug}: settings.workflow is no workflow in API format (in ComfyUI: “Export (API)”).`);
  }
  const inputs = Object.values(data).map((one) => one.inputs);
  const problems = findSlotProblems(findSlots(inputs), capabilities);
  if (problems.length > 0) throw new Error(problems.map((problem) => `${slug}: ${problem}`).join('\n'));
  return data;
}
