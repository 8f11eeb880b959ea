import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Conversion } from '../../src/domain/conversion.ts';
import { cleanPicture } from '../../src/pictures/clean-picture.ts';
import { convertPicture } from '../../src/pictures/convert-picture.ts';
import { developPicture } from '../../src/pictures/develop-picture.ts';
import { createPictureLab, type PictureLab, type PictureLabOptions } from '../../src/pictures/picture-lab.ts';
import { UnusablePictureError } from '../../src/pictures/unusable-picture-error.ts';
import { type Poison, toPoison } from './poison.ts';
import { emptyPng, noise, plain } from './sample-pictures.ts';

const program = new URL('poison-program.ts', import.meta.url);
const patience = { timeout: 20_000 };
const good = await plain(64, 48).png().toBuffer();

interface OpenLab extends PictureLab {
  /** What it warned of. */
  readonly reasons: readonly string[];
}

function openLab(options: Partial<PictureLabOptions> = {}): OpenLab {
  const reasons: string[] = [];
  const warn = ({ reason }: { readonly reason: string }) => void reasons.push(reason);
  const lab = createPictureLab({ log: { warn }, program, processes: 2, ...options });
  onTestFinished(() => lab[Symbol.asyncDispose]());
  return { ...lab, reasons };
}

/** The ids of the processes that a process has started for its lab. */
async function findProcesses(parent: number | undefined = process.pid): Promise<readonly number[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const read = (id: number, file: string) => readFile(`/proc/${id}/${file}`, 'utf8').catch(() => '');
  const mine = await Promise.all(
    ids.map(async (id) => {
      if (!(await read(id, 'cmdline')).includes(fileURLToPath(program))) return false;
      return (await read(id, 'status')).includes(`PPid:\t${parent}\n`);
    }),
  );
  return ids.filter((_, index) => mine[index]);
}

const isThere = (id: number) =>
  readFile(`/proc/${id}/cmdline`, 'utf8').then(
    (line) => line !== '',
    () => false,
  );

function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => expect.unreachable('The picture was not refused.'),
    (error: unknown) => (error instanceof UnusablePictureError ? error.message : expect.unreachable(String(error))),
  );
}

describe('frames on the way', () => {
  test('are made small, and what is none is left out', async () => {
    const lab = openLab();
    const frame = await lab.shrinkFrame(await noise(1200, 600).jpeg().toBuffer());
    expect(frame).toMatchObject({ mediaType: 'image/webp', width: 512, height: 256 });
    expect(frame?.bytes.byteLength).toBeLessThanOrEqual(64 * 1024);
    expect(await lab.shrinkFrame(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBeUndefined();
    expect(await lab.shrinkFrame(emptyPng(30_000, 30_000))).toBeUndefined();
  });

  test('that end their process are left out, and the next one is there', async () => {
    const lab = openLab({ timeLimitMilliseconds: 10_000 });
    expect(await lab.shrinkFrame(toPoison('abort'))).toBeUndefined();
    expect(await lab.shrinkFrame(good)).toMatchObject({ width: 64, height: 48 });
  });

  test('do not wait for pictures, and too many of them are left out', async () => {
    const lab = openLab({ processes: 1 });
    void lab.develop(toPoison('hold')).catch(() => undefined);
    const frames = await Promise.all(Array.from({ length: 30 }, () => lab.shrinkFrame(good)));
    expect(frames[0]).toBeDefined();
    expect(frames.at(-1)).toBeUndefined();
  });
});

describe('through the door', () => {
  test('a picture is developed as it is without one', async () => {
    const bytes = await noise(1200, 800).png().toBuffer();
    const developed = await openLab().develop(bytes);
    expect(developed).toEqual(await developPicture(bytes));
    expect(developed.bytes).toBe(bytes);
  });

  test('a cleaned picture is developed as well, whatever pieces it comes in', async () => {
    const bytes = await noise(500, 300).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const expected = await developPicture(await cleanPicture(bytes));
    expect(expected).toMatchObject({ width: 300, height: 500 });
    const pieces = [bytes.subarray(0, 1), bytes.subarray(1, 1), bytes.subarray(1, 5_000), bytes.subarray(5_000)];
    expect(await openLab().clean(pieces)).toEqual(expected);
  });

  test('a picture is converted as it is without one, whatever it is to become', async () => {
    const bytes = await noise(300, 200).webp().toBuffer();
    const lab = openLab();
    const conversions: readonly Conversion[] = [
      { to: 'png', longerSide: 150 },
      { to: 'webp' },
      { to: 'white-mask' },
      { to: 'pixels', width: 40, height: 50 },
    ];
    for (const conversion of conversions) {
      const converted = await lab.convert([bytes.subarray(0, 99), bytes.subarray(99)], conversion);
      expect(Buffer.from(converted).equals(await convertPicture(bytes, conversion))).toBe(true);
    }
    expect(await refusal(lab.convert([good.subarray(0, 60)], { to: 'png' }))).toBe('The picture cannot be converted.');
    expect(await refusal(lab.convert([emptyPng(30_000, 30_000)], { to: 'png' }))).toBe(
      'The picture cannot be converted.',
    );
    expect(lab.reasons).toEqual([]);
  });

  test('pictures that cannot be used are refused with the same words', async () => {
    const lab = openLab();
    expect(await refusal(lab.develop(Buffer.alloc(0)))).toBe('The bytes are no PNG, WebP or JPEG picture.');
    expect(await refusal(lab.develop(good.subarray(0, 60)))).toBe('The picture is damaged or incomplete.');
    expect(await refusal(lab.clean([emptyPng(8000, 5001)]))).toBe('The picture has more than 40 megapixels.');
    expect(await refusal(lab.develop(emptyPng(30_000, 30_000)))).toBe('The picture has more than 40 megapixels.');
    expect(lab.reasons).toEqual([]);
    expect(await findProcesses()).toHaveLength(1);
  });

  test('many go at once, by no more processes than are allowed', async () => {
    const lab = openLab();
    const pictures = await Promise.all(Array.from({ length: 30 }, () => lab.develop(good)));
    expect(new Set(pictures.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(await findProcesses()).toHaveLength(2);
  });
});

describe('a poisoned picture is refused, and those beside it get through', () => {
  const poisons: readonly (readonly [Poison, string, readonly string[]])[] = [
    ['abort', 'The picture cannot be decoded.', ['crash', 'crash']],
    ['nonsense', 'The picture cannot be decoded.', ['crash', 'crash']],
    ['hang', 'The picture takes too long to decode.', ['time']],
    ['eat', 'The picture takes too much memory to decode.', ['memory', 'memory']],
  ];

  test.for(poisons)(
    'where it does this to its process: %s',
    { timeout: 60_000 },
    async ([poison, message, reasons]) => {
      const lab = openLab({ timeLimitMilliseconds: poison === 'hang' ? 4_000 : 60_000, memoryLimitBytes: 400_000_000 });
      const neighbours = () => Array.from({ length: 4 }, () => lab.develop(good));
      const before = neighbours();
      const poisoned = refusal(lab.develop(toPoison(poison)));
      const all = await Promise.all([...before, ...neighbours()]);
      expect(all.map(({ width }) => width)).toEqual(Array(8).fill(64));
      expect(await poisoned).toBe(message);
      expect(lab.reasons).toEqual(reasons);
      expect((await lab.clean([good])).width).toBe(64);
    },
  );

  test.for(poisons.slice(0, 2))('where it is to be converted: %s', async ([poison, message, reasons]) => {
    const lab = openLab({ timeLimitMilliseconds: 60_000 });
    const [poisoned, ...beside] = await Promise.all([
      refusal(lab.convert([toPoison(poison)], { to: 'png' })),
      ...Array.from({ length: 4 }, () => lab.develop(good)),
    ]);
    expect(poisoned).toBe(message);
    expect(beside.map(({ width }) => width)).toEqual(Array(4).fill(64));
    expect(lab.reasons).toEqual(reasons);
  });

  test('a mistake in the program is nobody’s picture’s fault', async () => {
    const lab = openLab();
    await expect(lab.develop(toPoison('mistake'))).rejects.toThrow('A mistake in the program.');
    await expect(lab.convert([toPoison('mistake')], { to: 'webp' })).rejects.toThrow('A mistake in the program.');
    await expect(lab.develop(toPoison('mistake'))).rejects.not.toBeInstanceOf(UnusablePictureError);
    expect(lab.reasons).toEqual([]);
  });
});

describe('processes come and go', () => {
  test('a process that is killed under its picture costs nothing but time', { timeout: 60_000 }, async () => {
    const lab = openLab();
    await lab.develop(good);
    const bytes = await noise(1500, 1500).png().toBuffer();
    const pictures = Array.from({ length: 6 }, () => lab.develop(bytes));
    await expect.poll(() => findProcesses(), patience).toHaveLength(2);
    for (const id of await findProcesses()) process.kill(id, 'SIGKILL');
    expect((await Promise.all(pictures)).map(({ width }) => width)).toEqual(Array(6).fill(1500));
    expect(lab.reasons).toContain('crash');
  });

  test('one that is killed while it has nothing to do is replaced', async () => {
    const lab = openLab();
    await lab.develop(good);
    const [id = 0] = await findProcesses();
    process.kill(id, 'SIGKILL');
    await expect.poll(() => findProcesses(), patience).toEqual([]);
    expect((await lab.develop(good)).width).toBe(64);
    expect(await findProcesses()).not.toContain(id);
  });

  test('none is there before the first picture, and none after a while without one', async () => {
    const lab = openLab({ idleMilliseconds: 50 });
    expect(await findProcesses()).toEqual([]);
    await lab.develop(good);
    await expect.poll(() => findProcesses(), patience).toEqual([]);
    expect((await lab.develop(good)).width).toBe(64);
  });

  test('all end with the lab, and a picture that was held is not called unusable', async () => {
    const lab = openLab();
    await lab.develop(good);
    const held = expect(lab.develop(toPoison('hold'))).rejects.toThrow('The lab is closed.');
    await lab[Symbol.asyncDispose]();
    await held;
    expect(await findProcesses()).toEqual([]);
  });

  test('they end with the server, also when that is killed', async () => {
    const owner = fork(fileURLToPath(new URL('lab-owner.ts', import.meta.url)));
    await once(owner, 'message');
    const [id = 0] = await findProcesses(owner.pid);
    expect(await isThere(id)).toBe(true);
    owner.kill('SIGKILL');
    await expect.poll(() => isThere(id), patience).toBe(false);
  });

  test('they know nothing of the server’s environment', async () => {
    await openLab().develop(good);
    const [id = 0] = await findProcesses();
    expect(await readFile(`/proc/${id}/environ`, 'utf8')).toBe('MALLOC_ARENA_MAX=2\0MALLOC_MMAP_THRESHOLD_=1048576\0');
  });

  test('a program that does not start is no picture’s fault', async () => {
    const lab = openLab({ program: new URL('there-is-no-such-program.ts', import.meta.url) });
    await expect(lab.develop(good)).rejects.toThrow('Cannot find module');
    expect(lab.reasons).toEqual(['start', 'start']);
  });
});
