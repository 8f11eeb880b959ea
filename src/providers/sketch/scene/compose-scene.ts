import { between, createRandom, hashText, pickOne, type Random } from '../canvas/random.ts';
import { choosePalette } from './palette.ts';
import { readWords } from './read-words.ts';
import type { Detail, Ground, Hour, Moon, Scene, Season, SkyBody, Water } from './scene.ts';
import { type Category, type Known, type Style, vocabulary } from './vocabulary.ts';

export interface SceneWish {
  readonly prompt: string;
  readonly negativePrompt: string | null;
  /** Wins over style words in the prompt. */
  readonly style: string | null;
  readonly seed: number;
}

/** Decides what is in the picture. What the words leave open, chance decides, the same for the same wish. */
export function composeScene(wish: SceneWish): Scene {
  const variation = (hashText(`${wish.prompt}\n${wish.negativePrompt ?? ''}`) ^ Math.imul(wish.seed, 0x9e3779b1)) >>> 0;
  const words = createWordList(wish);
  const random = createRandom(variation);
  const style = words.first('style');
  const hour = chooseHour(words, random, style);
  const season =
    words.first('season') ??
    (words.has('snowfall')
      ? 'winter'
      : words.has('blossoms')
        ? 'spring'
        : words.refuses('summer')
          ? 'spring'
          : 'summer');
  const place = choosePlace(words, random);
  const isStorm = words.has('storm') || words.has('lightning');
  const sky = chooseSky(words, random, hour);
  return {
    variation,
    style,
    hour,
    season,
    palette: choosePalette({ hour, style, isStorm, colours: words.all('colour') }),
    ...place,
    ...sky,
    ...chooseWeather(words, random),
    horizon: chooseHorizon(place, random),
    waves: words.has('calm') ? 0.12 : isStorm ? 1 : place.water === 'ocean' ? 0.55 : 0.28,
    details: chooseDetails(words, random, { hour, season, ...place }),
  };
}

interface WordList {
  has(thing: Known): boolean;
  refuses(thing: Known): boolean;
  /** Neither asked for nor refused: chance may add it. */
  leavesOpen(thing: Known): boolean;
  first<Of extends Category>(category: Of): Known<Of> | null;
  all<Of extends Category>(category: Of): readonly Known<Of>[];
}

function createWordList({ prompt, negativePrompt, style }: SceneWish): WordList {
  const { wanted, unwanted } = readWords(prompt, negativePrompt);
  const asked = new Set<Known>(wanted);
  const isOf = <Of extends Category>(thing: string, category: Of): thing is Known<Of> =>
    Object.hasOwn(vocabulary[category], thing);
  const all = <Of extends Category>(category: Of) => wanted.filter((thing) => isOf(thing, category)) as Known<Of>[];
  return {
    has: (thing) => asked.has(thing),
    refuses: (thing) => unwanted.has(thing),
    leavesOpen: (thing) => !asked.has(thing) && !unwanted.has(thing),
    first<Of extends Category>(category: Of) {
      if (category === 'style' && style !== null && isOf(style, category)) return style;
      return all(category)[0] ?? null;
    },
    all,
  };
}

function chooseHour(words: WordList, random: Random, style: Style | null): Hour {
  const isNightSky = words.has('stars') || words.has('milkyWay') || words.has('aurora') || words.has('meteors');
  const named = words.first('hour');
  const chance = pickOne<Hour>(random, ['sunset', 'sunrise', 'day', 'dusk', 'sunset', 'dawn', 'day']);
  if (named !== null) return named;
  if (isNightSky || words.has('moon') || words.has('fireflies')) return words.refuses('night') ? 'dusk' : 'night';
  if (words.has('sun') && !words.refuses('sunset')) return 'sunset';
  if (words.has('snowfall')) return words.refuses('dawn') ? 'day' : 'dawn';
  if (words.has('rainbow') || words.has('rain') || words.has('storm')) return words.refuses('day') ? 'dusk' : 'day';
  if (style === 'neon') return 'dusk';
  return words.refuses(chance) ? (words.refuses('day') ? 'dawn' : 'day') : chance;
}

interface Place {
  readonly grounds: ReadonlySet<Ground>;
  readonly water: Water | null;
}

function choosePlace(words: WordList, random: Random): Place {
  const grounds = new Set<Ground>(words.all('ground'));
  const named = words.first('water');
  const chance = random();
  const allowed = (ground: Ground) => !words.refuses(ground);
  if (grounds.has('island')) return { grounds, water: named ?? (words.refuses('ocean') ? null : 'ocean') };
  if (grounds.size === 0 && named !== 'ocean') {
    const first = named === 'river' ? 'hills' : 'mountains';
    for (const ground of [first, 'hills', 'meadow', 'forest', 'desert'] as const) {
      if (grounds.size === 0 && allowed(ground)) grounds.add(ground);
    }
  }
  if (named !== null || !grounds.has('mountains') || grounds.has('desert')) return { grounds, water: named };
  return { grounds, water: chance < 0.62 && !words.refuses('lake') ? 'lake' : null };
}

function chooseHorizon({ grounds, water }: Place, random: Random): number {
  const low = grounds.has('desert') || grounds.has('hills') || grounds.has('meadow') ? 0.52 : 0.58;
  return between(random, low, low + 0.07) + (water === 'ocean' ? 0.02 : 0);
}

function chooseSky(words: WordList, random: Random, hour: Hour) {
  const isDark = hour === 'night' || hour === 'dusk';
  const body = chooseBody(random, hour);
  const isStarry = hour === 'night' || words.has('stars') || words.has('milkyWay');
  const hidesSun = words.has('storm') && !words.has('sun');
  const wantsMoon =
    words.has('moon') ||
    (hour === 'night' && words.leavesOpen('moon') && !words.has('milkyWay') && !words.has('aurora'));
  const moon: Moon | null = wantsMoon
    ? { ...body.moon, phase: words.refuses('day') ? 0.5 : between(random, 0.55, 1) }
    : null;
  return {
    sun: hour === 'night' || words.refuses('sun') || hidesSun ? null : body.sun,
    moon,
    stars: words.refuses('stars') || words.has('storm') ? 0 : isStarry ? 1 : hour === 'dusk' ? 0.25 : 0,
    milkyWay:
      words.has('milkyWay') || (hour === 'night' && moon === null && words.leavesOpen('milkyWay') && random() < 0.6),
    aurora: words.has('aurora'),
    meteors: words.has('meteors'),
    rainbow: words.has('rainbow'),
    clouds: chooseClouds(words, random, isDark),
  };
}

function chooseClouds(words: WordList, random: Random, isDark: boolean): number {
  const chance = between(random, 0.3, 0.55);
  if (words.refuses('clouds')) return 0;
  if (words.has('storm')) return 0.92;
  if (words.has('clouds')) return 0.68;
  if (words.has('rain') || words.has('snowfall')) return 0.75;
  if (words.has('stars') || words.has('milkyWay') || words.has('aurora')) return 0.08;
  return words.has('calm') || isDark ? chance * 0.7 : chance;
}

function chooseBody(random: Random, hour: Hour): { readonly sun: SkyBody; readonly moon: SkyBody } {
  const side = random() < 0.5 ? -1 : 1;
  const x = side * between(random, 0.04, 0.24);
  const heights: Readonly<Record<Hour, readonly [number, number]>> = {
    dawn: [0.0, 0.02],
    sunrise: [0.08, 0.15],
    day: [0.4, 0.5],
    sunset: [0.07, 0.16],
    dusk: [-0.05, -0.02],
    night: [0.3, 0.44],
  };
  const y = -between(random, ...heights[hour]);
  return {
    sun: { x, y, radius: hour === 'day' ? 0.026 : 0.038 },
    moon: { x, y: Math.min(y, -between(random, 0.3, 0.42)), radius: between(random, 0.036, 0.05) },
  };
}

function chooseWeather(words: WordList, random: Random) {
  const chance = between(random, 0.12, 0.3);
  const fog = words.refuses('fog') ? 0 : words.has('fog') ? 0.85 : chance;
  return {
    storm: words.has('storm') || words.has('lightning'),
    lightning: words.has('lightning') || (words.has('storm') && words.leavesOpen('lightning') && random() < 0.5),
    rain: words.has('rain'),
    snowfall: words.has('snowfall'),
    fog,
  };
}

interface Surroundings extends Place {
  readonly hour: Hour;
  readonly season: Season;
}

function chooseDetails(words: WordList, random: Random, { grounds, hour, season }: Surroundings): ReadonlySet<Detail> {
  const details = new Set<Detail>(words.all('detail'));
  const maybe = (detail: Detail, chance: number) => {
    const drawn = random();
    if (words.leavesOpen(detail) && drawn < chance) details.add(detail);
  };
  const isBare = grounds.has('desert') || grounds.has('canyon') || grounds.has('city') || grounds.has('volcano');
  maybe('trees', isBare || grounds.has('island') ? 0 : 1);
  maybe('palms', grounds.has('island') ? 1 : 0);
  maybe('cacti', grounds.has('desert') || grounds.has('canyon') ? 0.35 : 0);
  maybe('birds', hour === 'night' ? 0 : 0.5);
  maybe('flowers', season === 'spring' || grounds.has('meadow') ? 0.8 : 0);
  maybe('boat', grounds.has('island') ? 0.4 : 0);
  return details;
}
