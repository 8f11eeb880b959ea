import type { Frame } from '../canvas/frame.ts';
import type { Noise } from '../canvas/noise.ts';
import type { Scene } from '../scene/scene.ts';

/** What every layer of one resolution of one picture works with. */
export interface Studio {
  readonly scene: Scene;
  readonly frame: Frame;
  readonly noise: Noise;
  /** In scene units. Detail finer than this is left out. */
  readonly pixelSize: number;
}
