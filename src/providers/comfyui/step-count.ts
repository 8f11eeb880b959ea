import type { ProgressReport } from '../provider.ts';
import type { NodeSteps } from './read-message.ts';
import type { Graph } from './read-template.ts';

/** The steps of a job's samplers together. */
export interface StepCount {
  /** Of nodes whose results ComfyUI still has. */
  leaveOut(nodes: readonly string[]): void;
  /** Undefined where nothing was done since the last time. */
  add(steps: readonly NodeSteps[]): ProgressReport | undefined;
}

/** Other nodes count steps too, of loading and decoding for example: no picture comes nearer by those. */
export function createStepCount(graph: Graph): StepCount {
  const samplers = new Set(findSamplers(graph));
  const known = new Map<string, NodeSteps>();
  let fraction = 0;
  return {
    leaveOut(nodes) {
      for (const node of nodes) samplers.delete(node);
    },
    add(steps) {
      const taken = steps.filter(({ node }) => samplers.has(node));
      for (const one of taken) known.set(one.node, { ...one, value: Math.min(one.value, one.max) });
      const reached = sum([...known.values()].map(({ value, max }) => value / max)) / samplers.size;
      if (!(reached > fraction)) return undefined;
      fraction = Math.min(1, reached);
      return { type: 'progress', fraction, ...toSteps([...known.values()], samplers.size) };
    },
  };
}

/** Whatever denoises a latent takes it by this name, in ComfyUI's own samplers and in those of others. */
function findSamplers(graph: Graph): readonly string[] {
  const samplers = Object.entries(graph).filter(([, { inputs }]) => Array.isArray(inputs.latent_image));
  return samplers.map(([id]) => id);
}

/** How many steps a sampler has is known when it begins. */
function toSteps(known: readonly NodeSteps[], samplers: number) {
  if (known.length < samplers) return { step: null, totalSteps: null };
  return { step: sum(known.map(({ value }) => value)), totalSteps: sum(known.map(({ max }) => max)) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
