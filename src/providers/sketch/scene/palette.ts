import { type Colour, colour, luminance, mix, mixColours, scaleColour } from '../canvas/colour.ts';

import type { Known, Style } from './vocabulary.ts';

type Hour = Known<'hour'>;

export interface Palette {
  /** From the horizon to overhead. */
  readonly sky: readonly [Colour, Colour, Colour, Colour, Colour];
  /** The light around the sun or moon. */
  readonly glow: Colour;
  readonly disc: Colour;
  /** What distance fades to. */
  readonly haze: Colour;
  /** What falls on lit and on shaded sides: multiplied with the colour of a thing. */
  readonly light: Colour;
  readonly shade: Colour;
  readonly cloudLit: Colour;
  readonly cloudShade: Colour;
  /** What near silhouettes tend to. */
  readonly silhouette: Colour;
  readonly water: Colour;
}

interface PaletteWords {
  readonly sky: readonly [string, string, string, string, string];
  readonly glow: string;
  readonly disc: string;
  readonly haze: string;
  readonly light: string;
  readonly shade: string;
  readonly clouds: readonly [lit: string, shade: string];
  readonly silhouette: string;
  readonly water: string;
}

const hours: Readonly<Record<Hour, PaletteWords>> = {
  dawn: {
    sky: ['#f8d3c0', '#eeb4b4', '#c0a0c2', '#8795c3', '#56709f'],
    glow: '#ffc9a0',
    disc: '#ffe6cc',
    haze: '#d9b3bd',
    light: '#f2b8a2',
    shade: '#6c6a9a',
    clouds: ['#ffd5c4', '#9c8fb5'],
    silhouette: '#2b3152',
    water: '#4a6288',
  },
  sunrise: {
    sky: ['#ffe2a6', '#ffc08a', '#f0a08c', '#9d9bbd', '#5f86b8'],
    glow: '#ffb45e',
    disc: '#fff0c4',
    haze: '#f3bd9a',
    light: '#ffcf96',
    shade: '#6a6f97',
    clouds: ['#ffe0b0', '#b18da0'],
    silhouette: '#263150',
    water: '#41688c',
  },
  day: {
    sky: ['#d5e9f2', '#abd4ec', '#79b7e3', '#4e97d6', '#2c74bd'],
    glow: '#fff1cf',
    disc: '#fffbe8',
    haze: '#b7d3e4',
    light: '#fff4da',
    shade: '#8fa8c8',
    clouds: ['#ffffff', '#9db4cc'],
    silhouette: '#1d3a3a',
    water: '#1f6f95',
  },
  sunset: {
    sky: ['#ffd080', '#fb9a5b', '#de6a62', '#86528a', '#33386f'],
    glow: '#ff9440',
    disc: '#ffe2a0',
    haze: '#d07d86',
    light: '#ffab70',
    shade: '#54478c',
    clouds: ['#ffae70', '#7b4a72'],
    silhouette: '#1d1838',
    water: '#43406f',
  },
  dusk: {
    sky: ['#f3a68e', '#c9809c', '#82629f', '#474b8b', '#232c62'],
    glow: '#f58d6e',
    disc: '#ffd2b0',
    haze: '#a8749a',
    light: '#b887ac',
    shade: '#3d3c70',
    clouds: ['#e79a9c', '#4c4478'],
    silhouette: '#14152f',
    water: '#363f72',
  },
  night: {
    sky: ['#41618e', '#294778', '#17305e', '#0d1f45', '#07122d'],
    glow: '#7fa3d8',
    disc: '#f4f1e0',
    haze: '#2c4a77',
    light: '#86a8dd',
    shade: '#182c53',
    clouds: ['#6d88b5', '#1d3156'],
    silhouette: '#060d1c',
    water: '#12284e',
  },
};

const neon: PaletteWords = {
  sky: ['#ff5fa8', '#e03aa8', '#8a2bb0', '#3d1a7e', '#12093a'],
  glow: '#ff4fb0',
  disc: '#ffe36e',
  haze: '#b032b8',
  light: '#ff6ad5',
  shade: '#2a1670',
  clouds: ['#ff7bc8', '#4a1f8f'],
  silhouette: '#0c0626',
  water: '#2a1468',
};

const storm: PaletteWords = {
  sky: ['#b0b09a', '#7c8686', '#4d5a65', '#303c48', '#1b232d'],
  glow: '#d8d6b8',
  disc: '#f0ecd2',
  haze: '#8a9698',
  light: '#a3adb0',
  shade: '#33404f',
  clouds: ['#7f8a8f', '#1c242d'],
  silhouette: '#141b22',
  water: '#2f4350',
};

/** What a colour word turns the picture to. */
const tints: Readonly<Record<Known<'colour'>, Colour>> = {
  red: colour('#d8283a'),
  orange: colour('#f5822a'),
  gold: colour('#f7c23c'),
  green: colour('#35a860'),
  teal: colour('#22b3b0'),
  blue: colour('#2f6fd6'),
  purple: colour('#7d44c4'),
  pink: colour('#f06aa6'),
};

export interface PaletteChoice {
  readonly hour: Hour;
  readonly style: Style | null;
  readonly isStorm: boolean;
  readonly colours: readonly Known<'colour'>[];
}

export function choosePalette({ hour, style, isStorm, colours }: PaletteChoice): Palette {
  if (style === 'neon') return tintPalette(readPalette(neon), colours);
  const usual = readPalette(hours[hour]);
  const weathered = isStorm ? mixPalettes(usual, readPalette(storm), hour === 'night' ? 0.3 : 0.8) : usual;
  return tintPalette(weathered, colours);
}

function readPalette(words: PaletteWords): Palette {
  const [horizon, low, middle, high, zenith] = words.sky;
  return {
    sky: [colour(horizon), colour(low), colour(middle), colour(high), colour(zenith)],
    glow: colour(words.glow),
    disc: colour(words.disc),
    haze: colour(words.haze),
    light: colour(words.light),
    shade: colour(words.shade),
    cloudLit: colour(words.clouds[0]),
    cloudShade: colour(words.clouds[1]),
    silhouette: colour(words.silhouette),
    water: colour(words.water),
  };
}

type ColourChange = (from: Colour, name: keyof Palette, skyStop: number) => Colour;

function changePalette(palette: Palette, change: ColourChange): Palette {
  const [horizon, low, middle, high, zenith] = palette.sky;
  const one = (name: Exclude<keyof Palette, 'sky'>) => change(palette[name], name, 0);
  const sky = (from: Colour, stop: number) => change(from, 'sky', stop);
  return {
    sky: [sky(horizon, 0), sky(low, 1), sky(middle, 2), sky(high, 3), sky(zenith, 4)],
    glow: one('glow'),
    disc: one('disc'),
    haze: one('haze'),
    light: one('light'),
    shade: one('shade'),
    cloudLit: one('cloudLit'),
    cloudShade: one('cloudShade'),
    silhouette: one('silhouette'),
    water: one('water'),
  };
}

function mixPalettes(from: Palette, to: Palette, amount: number): Palette {
  return changePalette(from, (colourNow, name, stop) =>
    mixColours(colourNow, name === 'sky' ? (to.sky[stop] ?? colourNow) : to[name], amount),
  );
}

/** A warm colour turns the low, bright part of the picture, a cool one the high and dark part. */
function tintPalette(palette: Palette, colours: readonly Known<'colour'>[]): Palette {
  const [first] = colours;
  if (first === undefined) return palette;
  const low = colours.find((name) => warm.has(name)) ?? first;
  const high = colours.find((name) => !warm.has(name)) ?? colours[1] ?? first;
  return changePalette(palette, (colourNow, name, stop) => {
    const isHigh = stop > 1 || name === 'shade' || name === 'silhouette' || name === 'cloudShade' || name === 'water';
    return tint(colourNow, tints[isHigh ? high : low], name === 'disc' ? 0.3 : 0.72);
  });
}

const warm: ReadonlySet<Known<'colour'>> = new Set(['red', 'orange', 'gold', 'pink']);

/** Turns the hue and keeps the brightness. */
function tint(from: Colour, to: Colour, amount: number): Colour {
  const brightness = luminance(from);
  const turned = scaleColour(to, brightness / luminance(to));
  // Very bright tints would clip to a flat colour, so they keep some of the paper's white.
  const whiteness = Math.min(0.6, Math.max(0, Math.max(...turned) - 0.9));
  const softened = mixColours(turned, [brightness, brightness, brightness], whiteness);
  return [mix(from[0], softened[0], amount), mix(from[1], softened[1], amount), mix(from[2], softened[2], amount)];
}
