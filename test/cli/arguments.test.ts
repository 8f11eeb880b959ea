import { expect, test } from 'vitest';
import { parseArguments } from '../../src/cli/arguments.ts';
import { UsageError } from '../../src/cli/cli-error.ts';

function parse(...args: string[]) {
  const command = parseArguments(args);
  if (command === 'help') throw new Error('help was not asked for');
  return command;
}

test('only what was given is sent', () => {
  const nothing = { inputImages: [], mask: undefined, output: undefined, url: undefined, json: false };
  expect(parse('a lake')).toEqual({ input: { prompt: 'a lake' }, ...nothing });
});

test('every option has its field', () => {
  const flags =
    '--model a/b --negative rain --size 16:9 --steps 12 --seed 7 --count 2 --style ink --format webp --json ' +
    '--guidance 3.5 --strength 0.4 --enhance --input one.png --input https://a.test/two.png --mask mask.png';
  expect(parse('a lake', ...flags.split(' '), '--output', 'lake.webp', '--url', 'http://here:4000')).toEqual({
    input: {
      prompt: 'a lake',
      model: 'a/b',
      negativePrompt: 'rain',
      size: { aspectRatio: '16:9' },
      steps: 12,
      seed: '7',
      count: 2,
      style: 'ink',
      outputFormat: 'WEBP',
      guidanceScale: 3.5,
      strength: 0.4,
      enhancePrompt: true,
    },
    inputImages: ['one.png', 'https://a.test/two.png'],
    mask: 'mask.png',
    output: 'lake.webp',
    url: 'http://here:4000',
    json: true,
  });
});

test('words that were not quoted are one prompt', () => {
  expect(parse('a', 'lake', '--steps', '3', 'at', 'dawn').input.prompt).toBe('a lake at dawn');
});

test('a size in pixels is taken with any of the usual signs between', () => {
  for (const size of ['1024x768', '1024X768', '1024×768']) {
    expect(parse('a', '--size', size).input.size).toEqual({ pixels: { width: 1024, height: 768 } });
  }
});

test('the extension of the file says the format, unless one is asked for', () => {
  expect(parse('a', '--output', 'lake.JPG').input.outputFormat).toBe('JPEG');
  expect(parse('a', '--output', 'lake.jpg', '--format', 'png').input.outputFormat).toBe('PNG');
  expect(parse('a', '--output', 'lake.v2').input).not.toHaveProperty('outputFormat');
});

test('the address may be that of the endpoint', () => {
  expect(parse('a', '--url', 'https://here/darkroom/graphql/').url).toBe('https://here/darkroom');
  expect(parse('a', '--url', 'http://here:4000/').url).toBe('http://here:4000');
});

test('help wins over a missing prompt', () => {
  expect(parseArguments(['--help'])).toBe('help');
});

test.each([
  { args: [], words: 'Say what to show.' },
  { args: ['  '], words: 'Say what to show.' },
  { args: ['a', '--colour', 'red'], words: "Unknown option '--colour'." },
  { args: ['a', '--steps'], words: "Option '--steps <value>' argument missing" },
  { args: ['a', '--count', 'abc'], words: '--count takes a whole number, not “abc”.' },
  { args: ['a', '--steps', '1.5'], words: '--steps takes a whole number, not “1.5”.' },
  { args: ['a', '--steps', '9999999999'], words: '--steps takes a whole number, not “9999999999”.' },
  { args: ['a', '--seed', 'lucky'], words: '--seed takes a whole number, or -1 for a random one, not “lucky”.' },
  { args: ['a', '--size', 'big'], words: '--size takes a ratio or pixels, like 16:9 or 1024x768, not “big”.' },
  { args: ['a', '--format', 'gif'], words: '--format takes png, webp or jpeg, not “gif”.' },
  { args: ['a', '--format', 'constructor'], words: '--format takes png, webp or jpeg, not “constructor”.' },
  { args: ['a', '--output', ''], words: '--output takes the path of a file or a folder.' },
  { args: ['a', '--url', 'here'], words: '--url takes an address like http://127.0.0.1:4000, not “here”.' },
  { args: ['a', '--url', 'ftp://here'], words: '--url takes an address like http://127.0.0.1:4000, not “ftp://here”.' },
])('$args is refused with a reason', ({ args, words }) => {
  expect(() => parseArguments(args)).toThrow(new UsageError(words));
});
