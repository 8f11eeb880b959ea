import { comfyuiModels } from '../../src/providers/comfyui/comfyui-provider.ts';
import type { ModelChanges } from '../../src/providers/model-definition.ts';

/** Changes that name parts of a built-in workflow, as ones that hold the whole of it: a workflow is replaced as a whole. */
export function withWholeWorkflows(changes: ModelChanges): ModelChanges {
  return Object.fromEntries(Object.entries(changes).map(([slug, change]) => [slug, withWhole(slug, change)]));
}

function withWhole(slug: string, change: object | null): object | null {
  const workflow = read(read(change, 'settings'), 'workflow');
  if (!isObject(workflow)) return change;
  const whole = merge(read(read(comfyuiModels[slug], 'settings'), 'workflow'), workflow);
  return { ...change, settings: { ...Object(read(change, 'settings')), workflow: whole } };
}

function read(value: unknown, key: string): unknown {
  return isObject(value) ? value[key] : undefined;
}

function merge(base: unknown, change: unknown): unknown {
  if (!isObject(base) || !isObject(change)) return change;
  const merged = Object.entries(change).map(([key, value]) => [key, merge(base[key], value)] as const);
  return { ...base, ...Object.fromEntries(merged) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
