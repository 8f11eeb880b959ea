import { between, createRandom, hashText, pickOne, type Random } from '../canvas/random.ts';
import { chooseSky } from './choose-sky.ts';
import { choosePalette } from './palette.ts';
import type { Detail, Ground, Hour, Scene, Season, Water } from './scene.ts';
import type { Style } from './vocabulary.ts';
import { createWordList, type SceneWish, type WordList } from './word-list.ts';

/** Decides what is in the picture. What the words leave open, chance decides, the same for the same wish. */
export function composeScene(wish: SceneWish): Scene {
  const variation = (hashText(`${wish.prompt}\n${wish.negativePrompt ?? ''}`) ^ Math.imul(wish.seed, 0x9e3779b1)) >>> 0;
  const words = createWordList(wish);
  const random = createRandom(variation);
  const style = words.first('style');
  const hour = chooseHour(words, random, style);
  const season = chooseSeason(words);
  const place = choosePlace(words, random);
  const isStorm = words.has('storm') || words.has('lightning');
  const sky = chooseSky(words, random, hour);
  return {
    variation,
    style,
    hour,
    season,
    snowCaps: !words.refuses('winter'),
    palette: choosePalette({ hour, style, isStorm, colours: words.all('colour') }),
    ...place,
    ...sky,
    ...chooseWeather(words, random),
    horizon: chooseHorizon(place, random),
    waves: words.has('calm') ? 0.12 : isStorm ? 1 : place.water === 'ocean' ? 0.55 : 0.28,
    details: chooseDetails(words, random, { hour, season, ...place }),
  };
}

function chooseSeason(words: WordList): Season {
  const named = words.first('season');
  if (named !== null) return named;
  if (words.has('snowfall')) return 'winter';
  return words.has('blossoms') || words.refuses('summer') ? 'spring' : 'summer';
}

const chanceHours: readonly Hour[] = ['sunset', 'sunrise', 'day', 'dusk', 'sunset', 'dawn', 'day'];

function chooseHour(words: WordList, random: Random, style: Style | null): Hour {
  const open = chanceHours.filter((hour) => !words.refuses(hour));
  const chance = pickOne(random, [open[0] ?? 'night', ...open]);
  const prefer = (hour: Hour) => (words.refuses(hour) ? chance : hour);
  const named = words.first('hour');
  const isNightSky = words.has('stars') || words.has('milkyWay') || words.has('aurora') || words.has('meteors');
  if (named !== null) return named;
  if (isNightSky || words.has('moon') || words.has('fireflies')) return words.refuses('night') ? 'dusk' : 'night';
  if (words.has('sun')) return prefer('sunset');
  if (words.has('snowfall')) return prefer('dawn');
  if (words.has('rainbow') || words.has('rain') || words.has('storm')) return prefer('day');
  return style === 'neon' ? prefer('dusk') : chance;
}

interface Place {
  readonly grounds: ReadonlySet<Ground>;
  readonly water: Water | null;
}

function choosePlace(words: WordList, random: Random): Place {
  const grounds = new Set<Ground>(words.all('ground'));
  const named = words.first('water') ?? impliedWater(words);
  const chance = random();
  const allowed = (ground: Ground) => !words.refuses(ground);
  if (grounds.size === 0 && named !== 'ocean') {
    const first = named === 'river' ? 'hills' : 'mountains';
    for (const ground of [first, 'hills', 'meadow', 'forest', 'desert'] as const) {
      if (grounds.size === 0 && allowed(ground)) grounds.add(ground);
    }
  }
  if (named !== null || !grounds.has('mountains') || grounds.has('desert')) return { grounds, water: named };
  return { grounds, water: chance < 0.62 && !words.refuses('lake') ? 'lake' : null };
}

/** An island stands in the sea, a boat swims, without a word about water. */
function impliedWater(words: WordList): Water | null {
  const isCoast = words.has('island') || words.has('cliffs') || words.has('lighthouse');
  if (isCoast && !words.refuses('ocean')) return 'ocean';
  return words.has('boat') && !words.refuses('lake') ? 'lake' : null;
}

function chooseHorizon({ grounds, water }: Place, random: Random): number {
  const low = grounds.has('desert') || grounds.has('hills') || grounds.has('meadow') ? 0.52 : 0.58;
  return between(random, low, low + 0.07) + (water === 'ocean' ? 0.02 : 0);
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
