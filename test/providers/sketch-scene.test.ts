import { expect, test } from 'vitest';
import { composeScene } from '../../src/providers/sketch/scene/compose-scene.ts';
import { knownWords, readWords } from '../../src/providers/sketch/scene/read-words.ts';
import { styles, vocabulary } from '../../src/providers/sketch/scene/vocabulary.ts';

const wish = { negativePrompt: null, style: null, seed: 1 };
const compose = (prompt: string, negativePrompt: string | null = null) =>
  composeScene({ ...wish, prompt, negativePrompt });

test('it knows at least 40 words', () => {
  expect(new Set(knownWords).size).toBeGreaterThanOrEqual(40);
});

test('every word it knows is found where it stands alone', () => {
  for (const [category, things] of Object.entries(vocabulary)) {
    for (const [thing, words] of Object.entries(things)) {
      for (const word of words.split(', ')) {
        expect(readWords(`a ${word}!`, null).wanted, `${category}: ${word}`).toContain(thing);
      }
    }
  }
});

test.each([
  ['MOUNTAINS', 'mountains'],
  ['the Alps', 'mountains'],
  ['snowy peaks', 'mountains'],
  ['étoiles, stars', 'stars'],
  ['Cafés by the séa', 'ocean'],
  ['northern lights', 'aurora'],
  ['the 🌊ocean🌊', 'ocean'],
  ['cities', 'city'],
  ['black-and-white', 'monochrome'],
])('“%s” asks for %s', (prompt, thing) => {
  expect(readWords(prompt, null).wanted).toContain(thing);
});

test('a word inside another word asks for nothing', () => {
  expect(readWords('seasoned starch, moonshiner, cloudberry, redwing, golfer', null).wanted).toEqual([]);
});

test.each([
  ['mountains with no clouds', 'clouds'],
  ['mountains without any trees', 'trees'],
  ['no lake, mountains', 'lake'],
  ['mountains, no clouds or birds', 'birds'],
  ['a cloudless day', 'clouds'],
])('“%s” leaves out %s', (prompt, thing) => {
  const { wanted, unwanted } = readWords(prompt, null);
  expect(unwanted).toContain(thing);
  expect(wanted).not.toContain(thing);
});

test('a “no” ends with its clause', () => {
  expect(readWords('no clouds, mountains', null).wanted).toContain('mountains');
});

test('what the negative prompt names is not in the scene', () => {
  expect(compose('mountains, lake at sunset').water).toBe('lake');
  expect(compose('mountains, lake at sunset', 'lake').water).toBeNull();
  expect(compose('cloudy sunset', 'clouds').clouds).toBe(0);
  expect(compose('mountains at night with the moon', 'moon').moon).toBeNull();
  expect(compose('starry night', 'stars').stars).toBe(0);
  expect(compose('forest and hills', 'forest').grounds).toEqual(new Set(['hills']));
  expect(compose('birds over a city', 'birds').details).not.toContain('birds');
  expect(compose('foggy forest', 'fog').fog).toBe(0);
  expect(compose('a landscape at sunset', 'sunset').hour).not.toBe('sunset');
});

test('what the negative prompt names is not added by chance either', () => {
  for (let seed = 0; seed < 60; seed++) {
    const scene = composeScene({
      ...wish,
      prompt: 'mountains',
      negativePrompt: 'lake, clouds, birds, trees, fog',
      seed,
    });
    expect(scene).toMatchObject({ water: null, clouds: 0, fog: 0 });
    expect([...scene.details]).toEqual([]);
  }
});

test.each([
  ['hour', 'a lake at night', { hour: 'night' }],
  ['sky', 'aurora', { aurora: true, hour: 'night' }],
  ['weather', 'a thunderstorm', { storm: true, lightning: true }],
  ['season', 'hills in winter', { season: 'winter' }],
  ['ground', 'desert', { grounds: new Set(['desert']) }],
  ['water', 'a river', { water: 'river' }],
  ['style', 'a watercolour of hills', { style: 'watercolor' }],
] as const)('a word of the category %s decides the scene', (_, prompt, expected) => {
  expect(compose(prompt)).toMatchObject(expected);
});

test('colour words turn the palette', () => {
  const blueness = (prompt: string) => compose(prompt).palette.sky.reduce((sum, sky) => sum + sky[2] - sky[0], 0);
  expect(blueness('blue hills at sunset')).toBeGreaterThan(blueness('red hills at sunset') + 0.5);
});

test('an ordered style wins over one in the prompt', () => {
  expect(composeScene({ ...wish, prompt: 'neon mountains', style: 'ink' }).style).toBe('ink');
  expect(styles).toContain('ink');
});

test('a prompt without a known word gives a whole landscape', () => {
  for (let seed = 0; seed < 40; seed++) {
    const scene = composeScene({ ...wish, prompt: 'lorem ipsum', seed });
    expect(scene.grounds.size).toBeGreaterThan(0);
  }
});

test('seeds compose different scenes from the same words', () => {
  const bodies = Array.from({ length: 20 }, (_, seed) => composeScene({ ...wish, prompt: 'sunset', seed }).sun?.x);
  expect(new Set(bodies).size).toBe(20);
});

test('a long prompt is read in a moment', () => {
  const start = performance.now();
  readWords('no very dark and stormy northern light '.repeat(256), 'cloud '.repeat(1600));
  expect(performance.now() - start).toBeLessThan(250);
});
