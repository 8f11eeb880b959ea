import { execFileSync, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeZip, type ZipEntry, type ZipOptions } from '../../src/storage/zip-archive.ts';
import { createTemporaryDirectory } from '../embedded/owner.ts';
import { readZip } from '../support/read-zip.ts';

const at = new Date('2026-03-04T05:06:08Z');
const text = (name: string, ...parts: readonly string[]): ZipEntry => ({
  name,
  at,
  bytes: parts.map((part) => Buffer.from(part)),
});

async function* inTurn(entries: Iterable<ZipEntry>) {
  yield* entries;
}

const zip = async (entries: Iterable<ZipEntry>, options?: ZipOptions) =>
  Buffer.concat(await Array.fromAsync(writeZip(inTurn(entries), options)));

const some = [text('a.txt', 'one', ' two'), text('empty.txt'), text('pictures/ä b.png', 'x'.repeat(3_000))];
const contents = { 'a.txt': 'one two', 'empty.txt': '', 'pictures/ä b.png': 'x'.repeat(3_000) };

const hasUnzip = spawnSync('unzip', ['-v']).status === 0;
const hasPython = spawnSync('python3', ['--version']).status === 0;

const list = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    print(json.dumps([[i.filename, i.file_size, list(i.date_time)] for i in archive.infolist()][:5]), len(archive.infolist()))
`;

async function withFile<Result>(archive: Buffer, work: (file: string) => Result): Promise<Result> {
  await using directory = await createTemporaryDirectory();
  const file = join(directory.path, 'archive.zip');
  await writeFile(file, archive);
  return work(file);
}

// The last one has all sizes and places in ZIP64, as if they were beyond 4 GB.
const sizes = [undefined, 2_000, -1];

test.for(sizes)(
  'what was put in is found by the directory, with sizes above %s written as large ones',
  async (maxSmall) => {
    const archive = await zip(some, maxSmall === undefined ? {} : { maxSmall });
    const read = [...readZip(archive)].map(([name, bytes]) => [name, bytes.toString()]);
    expect(Object.fromEntries(read)).toEqual(contents);
  },
);

test.skipIf(!hasUnzip).for(sizes)(
  'unzip finds no fault with it, with sizes above %s written as large ones',
  async (maxSmall) => {
    const archive = await zip(some, maxSmall === undefined ? {} : { maxSmall });
    const told = await withFile(archive, (file) => execFileSync('unzip', ['-t', file]).toString());
    expect(told).toContain('No errors detected');
  },
);

test.skipIf(!hasPython).for(sizes)('Python reads it, with sizes above %s written as large ones', async (maxSmall) => {
  const archive = await zip(some, maxSmall === undefined ? {} : { maxSmall });
  const told = await withFile(archive, (file) => execFileSync('python3', ['-c', list, file]).toString());
  const date = [2026, 3, 4, 5, 6, 8];
  expect(JSON.parse(told.replace(/ \d+\n$/, ''))).toEqual([
    ['a.txt', 7, date],
    ['empty.txt', 0, date],
    ['pictures/ä b.png', 3_000, date],
  ]);
});

test('more entries than 16 bits can count', async () => {
  const entries = Array.from({ length: 66_000 }, (_, index) => text(`${index}`, 'x'));
  const archive = await zip(entries);
  expect(readZip(archive).size).toBe(66_000);
  if (!hasPython) return;
  expect(await withFile(archive, (file) => execFileSync('python3', ['-c', list, file]).toString())).toMatch(
    / 66000\n$/,
  );
});

test('an archive of nothing is one', async () => {
  expect(readZip(await zip([])).size).toBe(0);
});

test('nothing is asked for before there is room for it', async () => {
  const asked: string[] = [];
  async function* slow() {
    for (const name of ['a', 'b']) {
      asked.push(name);
      yield text(name, name);
    }
  }
  const written = writeZip(slow());
  await written.next();
  await written.next();
  expect(asked).toEqual(['a']);
});
