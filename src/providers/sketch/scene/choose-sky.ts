import { between, type Random } from '../canvas/random.ts';
import type { Hour, Moon, SkyBody } from './scene.ts';
import type { WordList } from './word-list.ts';

export function chooseSky(words: WordList, random: Random, hour: Hour) {
  const isDark = hour === 'night' || hour === 'dusk';
  const body = chooseBody(random, hour);
  const isStarry = hour === 'night' || words.has('stars') || words.has('milkyWay');
  const hidesSun = words.has('storm') && !words.has('sun');
  const wantsMoon =
    words.has('moon') ||
    (hour === 'night' && words.leavesOpen('moon') && !words.has('milkyWay') && !words.has('aurora'));
  const moon: Moon | null = wantsMoon ? { ...body.moon, phase: between(random, 0.55, 1) } : null;
  const sun = hour === 'night' || words.refuses('sun') || hidesSun ? null : body.sun;
  return {
    sun,
    moon,
    light: sun ?? moon,
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
