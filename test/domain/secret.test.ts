import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { createSecret, isSecret } from '../../src/domain/secret.ts';
import { createLogger } from '../../src/log.ts';

const value = 'opal-7781-canary';
const secret = createSecret(value);

test.each([
  ['in a template', () => `${secret}`],
  ['joined to a text', () => `The key is ${[secret].join()}.`],
  ['as JSON', () => JSON.stringify({ secret })],
  ['inspected', () => inspect({ secret }, { showHidden: true, depth: 9 })],
  ['in an error of a start', () => String(new Error(`wrong: ${secret}`))],
])('a secret %s is [secret]', (_, show) => {
  expect(show()).toContain('[secret]');
  expect(show()).not.toContain(value);
});

test('a secret is revealed to who asks, and holds no field that could be copied', () => {
  expect(secret.reveal()).toBe(value);
  expect(Object.entries({ ...secret })).toEqual([]);
  expect(isSecret(secret)).toBe(true);
  expect(isSecret({ reveal: () => value })).toBe(false);
});

test('a secret in a line of the log is [secret], also where an error of others quotes it', () => {
  const lines: string[] = [];
  const log = createLogger({
    level: 'info',
    secrets: [secret],
    destination: { write: (line) => void lines.push(line) },
  });
  const error = Object.assign(new Error(`401 for ${value}`), { headers: { authorization: `Bearer ${value}` } });
  log.info({ secret, error, nested: { list: [value] } }, `said ${value}`);
  expect(lines.join()).not.toContain(value);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    secret: '[secret]',
    msg: 'said [secret]',
    nested: { list: ['[secret]'] },
  });
});
