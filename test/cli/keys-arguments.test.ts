import { expect, test } from 'vitest';
import { createApiKeyText } from '../../src/accounts/api-key-format.ts';
import { parseKeysArguments } from '../../src/keys/arguments.ts';
import { UsageError } from '../../src/keys/usage.ts';

test('a key is for reading and generating, for ever, unless something else is said', () => {
  expect(parseKeysArguments(['create', '--user', 'ann'])).toEqual({
    kind: 'create',
    owner: { issuer: 'operator', subject: 'ann' },
    name: 'command line',
    scopes: ['READ', 'GENERATE'],
    lifeMilliseconds: null,
    role: 'unchanged',
  });
});

test('the key of an admin may do everything', () => {
  expect(parseKeysArguments(['create', '--user', 'ann', '--admin'])).toMatchObject({
    scopes: ['READ', 'GENERATE', 'MANAGE'],
    role: 'ADMIN',
  });
});

test('every option has its meaning', () => {
  const args = ['--user', 'https://issuer|auth0|7', '--name', 'laptop', '--scopes', 'manage, READ', '--expires', '30d'];
  expect(parseKeysArguments(['create', ...args])).toMatchObject({
    owner: { issuer: 'https://issuer', subject: 'auth0|7' },
    name: 'laptop',
    scopes: ['MANAGE', 'READ'],
    lifeMilliseconds: 30 * 86_400_000,
  });
});

test('keys are listed for all or for one, and revoked by their prefix or the whole key', () => {
  const { text, prefix } = createApiKeyText();
  expect(parseKeysArguments(['list'])).toEqual({ kind: 'list', owner: undefined });
  expect(parseKeysArguments(['list', '--user', 'ann'])).toMatchObject({ owner: { subject: 'ann' } });
  expect(parseKeysArguments(['revoke', prefix])).toEqual({ kind: 'revoke', prefix });
  expect(parseKeysArguments(['revoke', text])).toEqual({ kind: 'revoke', prefix });
  expect(parseKeysArguments(['create', '--help'])).toEqual({ kind: 'help' });
  const owner = { issuer: 'operator', subject: 'ann' };
  expect(parseKeysArguments(['disable', '--user', 'ann'])).toEqual({ kind: 'disable', owner });
  expect(parseKeysArguments(['enable', '--user', 'ann'])).toEqual({ kind: 'enable', owner });
});

test.each([
  [[], 'Say what to do: create, list, revoke, disable or enable.'],
  [['destroy'], 'Say what to do: create, list, revoke, disable or enable.'],
  [['create'], 'Say whose key it will be: --user <name>.'],
  [['create', 'ann'], 'Say what to do: create, list, revoke, disable or enable.'],
  [['create', '--user', ''], '--user takes a name of 1 to 255 characters.'],
  [['create', '--user', 'a\0b'], '--user takes a name of 1 to 255 characters.'],
  [['create', '--user', '|ann'], '--user takes a name, or issuer|subject.'],
  [['create', '--user', 'ann', '--scopes', 'read,write'], '--scopes takes read, generate and manage, not “write”.'],
  [['create', '--user', 'ann', '--scopes', ''], '--scopes takes read, generate and manage, not “”.'],
  [
    ['create', '--user', 'ann', '--scopes', 'constructor'],
    '--scopes takes read, generate and manage, not “constructor”.',
  ],
  [
    ['create', '--user', 'ann', '--expires', 'yesterday'],
    '--expires takes a time like 90m, 12h or 30d, not “yesterday”.',
  ],
  [['create', '--user', 'ann', '--expires', '0d'], '--expires takes a time like 90m, 12h or 30d, not “0d”.'],
  [['create', '--user', 'ann', '--expires', '-1d'], "Option '--expires' argument is ambiguous."],
  [['create', '--user', 'ann', '--colour', 'red'], "Unknown option '--colour'."],
  [['list', '--admin'], '--admin is for create.'],
  [['list', '--expires', '30d'], '--expires is for create.'],
  [['revoke'], 'Say which key: by its prefix.'],
  [['revoke', 'a', 'b'], 'Say which key: by its prefix.'],
  [['disable'], 'Say whom to disable: --user <name>.'],
  [['enable', '--user', 'ann', '--admin'], '--admin is for create.'],
  [['disable', 'ann'], 'Say what to do: '],
  [['revoke', 'dk_live_'], 'A prefix looks like dk_live_4fR9xKq2.'],
])('%j is wrong usage, with a reason', (args, words) => {
  expect(() => parseKeysArguments(args)).toThrow(
    expect.objectContaining({ exitCode: 2, message: expect.stringContaining(words), constructor: UsageError }),
  );
});
