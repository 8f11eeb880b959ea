import type { Palette } from './palette.ts';
import type { Known, Style } from './vocabulary.ts';

export type Hour = Known<'hour'>;
export type Season = Known<'season'>;
export type Ground = Known<'ground'>;
export type Water = Known<'water'>;
export type Detail = Known<'detail'>;

/** Where something stands in the sky, in scene units from the middle of the horizon; y is negative above it. */
export interface SkyBody {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

export interface Moon extends SkyBody {
  /** 0 new to 1 full. */
  readonly phase: number;
}

/** What is in the picture, before a single pixel is painted. */
export interface Scene {
  /** Feeds whatever chance decides while painting. */
  readonly variation: number;
  readonly style: Style | null;
  readonly hour: Hour;
  readonly season: Season;
  readonly snowCaps: boolean;
  readonly palette: Palette;
  /** The share of the height that is sky. */
  readonly horizon: number;
  readonly sun: SkyBody | null;
  readonly moon: Moon | null;
  /** Whichever of the two lights the scene. */
  readonly light: SkyBody | null;
  /** 0 none to 1 full. */
  readonly stars: number;
  readonly milkyWay: boolean;
  readonly aurora: boolean;
  readonly meteors: boolean;
  /** How much of the sky they cover, 0 to 1. */
  readonly clouds: number;
  readonly storm: boolean;
  readonly lightning: boolean;
  readonly rainbow: boolean;
  readonly rain: boolean;
  readonly snowfall: boolean;
  /** 0 crisp air to 1 thick fog. */
  readonly fog: number;
  readonly grounds: ReadonlySet<Ground>;
  readonly water: Water | null;
  /** How rough the water is, 0 to 1. */
  readonly waves: number;
  readonly details: ReadonlySet<Detail>;
}
