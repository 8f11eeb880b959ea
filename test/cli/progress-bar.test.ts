import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { type ProgressView, renderProgress } from '../../src/cli/progress-bar.ts';

const generating: ProgressView = { label: 'Generating', fraction: 0.6, step: 12, totalSteps: 20, pictures: null };
const waiting: ProgressView = {
  label: 'Waiting for the model',
  fraction: null,
  step: null,
  totalSteps: null,
  pictures: null,
};
const plain = { columns: 80, color: false, elapsedMilliseconds: 3_400 };

test('the stage, a bar, the steps, the percentage and the seconds stand on one line', () => {
  expect(renderProgress(generating, plain)).toBe('⠼ Generating  ██████████████░░░░░░░░░░  12/20   60%   3.4 s');
});

test('pictures are counted where several were asked for', () => {
  const line = renderProgress({ ...generating, pictures: '1 of 4 pictures' }, plain);
  expect(line).toBe('⠼ Generating  ██████████████░░░░░░░░░░  12/20   60%  1 of 4 pictures   3.4 s');
});

test('a narrow terminal keeps the bar and the steps', () => {
  const line = renderProgress({ ...generating, pictures: '1 of 4 pictures' }, { ...plain, columns: 40 });
  expect(line).toBe('⠼ Generating  ██████░░░░  12/20   3.4 s');
});

test('where nobody knows how far it is, no bar and no percentage are invented', () => {
  expect(renderProgress(waiting, plain)).toBe('⠼ Waiting for the model   3.4 s');
});

test('steps are shown where they are all that is known', () => {
  expect(renderProgress({ ...generating, fraction: null }, plain)).toBe('⠼ Generating  12/20   3.4 s');
});

test('the line does not move while numbers grow', () => {
  const early = renderProgress({ ...generating, step: 1, fraction: 0.05 }, plain);
  const late = renderProgress({ ...generating, step: 20, fraction: 1 }, { ...plain, elapsedMilliseconds: 59_900 });
  expect(early).toHaveLength(late.length);
});

test('100% is said at the end only', () => {
  expect(renderProgress({ ...generating, fraction: 0.9999 }, plain)).toContain(' 99%');
});

test('a fraction beyond its range does not break the bar', () => {
  expect(renderProgress({ ...generating, fraction: 1.5 }, plain)).toContain('█'.repeat(24));
});

test('no line reaches the end of the terminal, however narrow it is', () => {
  const views = [generating, waiting, { ...generating, pictures: '10 of 10 pictures', totalSteps: 1000 }];
  for (const view of views) {
    for (let columns = 1; columns <= 120; columns++) {
      const line = renderProgress(view, { columns, color: false, elapsedMilliseconds: 754_000 });
      expect(line.length, `${view.label} at ${columns}`).toBeLessThan(Math.max(columns, 1));
    }
  }
});

test('colours add nothing but colours', () => {
  const colored = renderProgress(generating, { ...plain, color: true });
  expect(colored).toContain('\x1b[36m');
  expect(stripVTControlCharacters(colored)).toBe(renderProgress(generating, plain));
});

test('minutes are told as minutes', () => {
  expect(renderProgress(waiting, { ...plain, elapsedMilliseconds: 125_000 })).toContain('2:05');
});
