import type { Ground, Scene } from '../scene/scene.ts';
import {
  planCanyon,
  planCliffs,
  planDesert,
  planForest,
  planHills,
  planIslands,
  planMountains,
  planVolcano,
} from './far-land.ts';
import { isSandy, planBank, planFields, planSand, planValley } from './near-land.ts';
import { type CreateRidge, createRidgeMaker } from './ridge-wish.ts';
import type { Ridge } from './slopes.ts';

/** The ridges of a scene, each list from far to near. */
export interface Land {
  /** Stands above the horizon, where water reflects it. */
  readonly behind: readonly Ridge[];
  /** What a river runs through. */
  readonly middle: readonly Ridge[];
  /** Lies below the horizon and in front of the water. */
  readonly before: readonly Ridge[];
}

type PlanGround = (scene: Scene, ridge: CreateRidge) => readonly Ridge[];

export function planLand(scene: Scene): Land {
  const ridge = createRidgeMaker(scene);
  const far = [...scene.grounds].flatMap((ground) => farGrounds[ground](scene, ridge));
  const behind = far.sort((one, other) => other.distance - one.distance);
  if (scene.water !== null)
    return { behind, middle: scene.water === 'river' ? planValley(scene, ridge) : [], before: planBank(scene, ridge) };
  return { behind, middle: [], before: isSandy(scene) ? planSand(scene, ridge) : planFields(scene, ridge) };
}

const farGrounds: Readonly<Record<Ground, PlanGround>> = {
  mountains: planMountains,
  volcano: planVolcano,
  hills: planHills,
  meadow: planHills,
  desert: planDesert,
  canyon: planCanyon,
  forest: planForest,
  cliffs: planCliffs,
  island: planIslands,
  city: () => [],
};
