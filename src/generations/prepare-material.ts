import type { ImageModel } from '../domain/image-model.ts';
import { type Material, noMaterial } from './assignment.ts';
import type { GenerationRun } from './generation-run.ts';

export async function prepareMaterial(_run: GenerationRun, _model: ImageModel): Promise<Material> {
  return noMaterial;
}
