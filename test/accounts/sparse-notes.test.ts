import { expect, test } from 'vitest';
import { createSparseNotes } from '../../src/accounts/sparse-notes.ts';
import { createLogger } from '../../src/log.ts';

const log = createLogger({ level: 'silent' });

test('a key is noted once a minute, and no more keys than there is room for', async () => {
  let now = 0;
  const written: string[] = [];
  const write = async (values: readonly string[]) => void written.push(...values);
  const options = { clock: { now: () => now }, log, write, complaint: 'It was not written down.' };
  const first = createSparseNotes({ ...options, maxNotes: 3 });
  for (const key of ['a', 'a', 'b', 'c', 'd', 'e', 'a']) first.note(key, `${key} at ${now}`);
  now = 60_000;
  first.note('a', `a at ${now}`);
  await first[Symbol.asyncDispose]();
  expect(written).toEqual(['a at 0', 'b at 0', 'c at 0', 'a at 60000']);
});

test('what cannot be written costs nobody anything', async () => {
  const write = () => Promise.reject(new Error('The database is away.'));
  const notes = createSparseNotes<string>({
    clock: { now: Date.now },
    log,
    write,
    complaint: 'It was not written down.',
  });
  notes.note('a', 'a');
  await expect(notes[Symbol.asyncDispose]()).resolves.toBeUndefined();
});
