import { expect, test } from 'vitest';
import { repeatEvery } from '../../src/generations/repeat-every.ts';
import { createLogger } from '../../src/log.ts';

const never = 2 ** 31 - 1;

test('asked for while it is being done, it is done once more afterwards, however often it was asked for', async () => {
  const warnings: string[] = [];
  const log = createLogger({ level: 'warn', destination: { write: (line) => void warnings.push(line) } });
  const works: PromiseWithResolvers<void>[] = [];
  const work = () => {
    const begun = Promise.withResolvers<void>();
    works.push(begun);
    return begun.promise;
  };
  const repetition = repeatEvery(never, work, log);
  repetition.now();
  repetition.now();
  repetition.now();
  expect(works).toHaveLength(1);
  works[0]?.reject(new Error('the first fails'));
  await expect.poll(() => works.length).toBe(2);
  works[1]?.resolve();
  await repetition[Symbol.asyncDispose]();
  expect(works).toHaveLength(2);
  expect(warnings).toHaveLength(1);
});
