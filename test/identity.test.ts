import { expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { checkIdentity } from '../src/identity.ts';

function check(environment: Readonly<Record<string, string>>): void {
  checkIdentity(readConfig(environment, '/no/such/file'));
}

const secret = 'x'.repeat(32);

test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('on %s nobody has to show who they are', (HOST) => {
  expect(() => check({ HOST })).not.toThrow();
});

const elsewhere = [
  ...['0.0.0.0', '::', '192.168.0.1', '8.8.8.8', '::ffff:8.8.8.8', 'fe80::1', '128.0.0.1'],
  ...['example.org', '127.0.0.1.example.org', 'localhost.example.org', '0', '2130706433'],
];

test.each(elsewhere)('on %s the server says what to set, and does not start', (HOST) => {
  expect(() => check({ HOST })).toThrow(
    expect.objectContaining({
      exitCode: 78,
      message: expect.stringMatching(/API_KEY_PEPPER.*OIDC_ISSUER.*AUTH_SECRET/),
    }),
  );
});

test.each([
  { API_KEY_PEPPER: secret },
  { AUTH_SECRET: secret },
  { OIDC_ISSUER: 'https://issuer.example.org', OIDC_AUDIENCE: 'darkroom' },
])('with %o it may be reached from anywhere', (environment) => {
  expect(() => check({ HOST: '0.0.0.0', ...environment })).not.toThrow();
});

test('tokens need an audience', () => {
  expect(() => check({ OIDC_ISSUER: 'https://issuer.example.org' })).toThrow(/^OIDC_AUDIENCE: is missing\./);
});
