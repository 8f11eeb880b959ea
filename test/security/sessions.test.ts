import { encode } from '@auth/core/jwt';
import { EncryptJWT, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Unauthenticated } from '../../src/accounts/unauthenticated.ts';
import { type OpenIdentity, openIdentity } from '../accounts/open-identity.ts';
import { createTestClient } from '../support/client.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { closingOfNewSocket } from '../support/raw-socket.ts';
import { signIn } from './support/auth-app.ts';

const secret = 'a secret that an app and Darkroom share';
const older = 'the secret that they had shared before it';
const plain = 'authjs.session-token';
const secure = '__Secure-authjs.session-token';

let open: OpenIdentity;
beforeAll(async () => {
  open = await openIdentity({ AUTH_SECRET: `${secret},${older}` });
});
afterAll(() => open[Symbol.asyncDispose]());

const enter = (cookie: string) => open.identity.authenticate({ cookie });
const nobody = (cookie: string) => expect(enter(cookie)).rejects.toThrow(Unauthenticated);
const make = (token: object = { sub: 'ann' }, options: object = {}) =>
  encode({ token, secret, salt: plain, ...options });

describe('a browser that is signed in at an app with Auth.js', () => {
  let darkroom: Darkroom;
  beforeAll(async () => {
    darkroom = await startDarkroom({ identity: 'configured', config: { AUTH_SECRET: secret } });
  });
  afterAll(() => darkroom[Symbol.asyncDispose]());

  test.each([
    ['over HTTP', 'http://app.example.org', {}, /^authjs\.session-token=/],
    ['over HTTPS', 'https://app.example.org', {}, /__Secure-authjs\.session-token=/],
    ['with much in its session', 'https://app.example.org', { more: 'x'.repeat(5_000) }, /session-token\.1=/],
  ])('%s is known here, over HTTP and WebSocket', async (_, url, more, name) => {
    const cookie = await signIn({ url, secret, more }, 'ann');
    expect(cookie).toMatch(name);
    const headers = { cookie, origin: darkroom.url };
    const client = createTestClient({ url: `${darkroom.url}/graphql`, headers });
    expect(await client.query('{ viewer { name email } }')).toEqual({
      viewer: { name: 'ann', email: 'ann@example.org' },
    });
    const events = client.subscribe('subscription { generationProgress(id: "x") { sequence } }');
    expect(await Array.fromAsync(events)).toMatchObject([{ errors: [{ extensions: { code: 'NOT_FOUND' } }] }]);
  });

  test('with a cookie that was changed is nobody, over HTTP and WebSocket', async () => {
    const cookie = (await signIn({ url: 'http://app.example.org', secret }, 'ann')).slice(0, -3);
    const headers = { cookie, origin: darkroom.url };
    const client = createTestClient({ url: `${darkroom.url}/graphql`, headers });
    const refusal = { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] };
    expect(await client.ask('{ viewer { name } }')).toMatchObject(refusal);
    expect(await closingOfNewSocket(client)).toBe('4403 Forbidden');
  });
});

test('a session lets its user in, until it ends', async () => {
  const viewer = await enter(`${plain}=${await make({ sub: 'ann', name: 'Ann' }, { maxAge: 600 })}`);
  expect(viewer).toMatchObject({ role: 'USER', credential: { kind: 'session' } });
  expect([...viewer.scopes]).toEqual(['READ', 'GENERATE', 'MANAGE']);
  expect(viewer.expiresAt?.getTime()).toBeGreaterThan(Date.now() + 590_000);
  const row = await open.database.prisma.user.findUniqueOrThrow({ where: { id: viewer.id } });
  expect(row).toMatchObject({ issuer: 'authjs', subject: 'ann', name: 'Ann' });
});

test('a session of the secret before the last is taken while it is listed', async () => {
  await expect(enter(`${plain}=${await make({ sub: 'ann' }, { secret: older })}`)).resolves.toBeDefined();
});

test('among other cookies it is found', async () => {
  await expect(enter(`last=${secure}; ${plain}=${await make()}`)).resolves.toBeDefined();
  await expect(enter(`theme=dark; ${plain}=${await make()}; authjs.csrf-token=a%7Cb`)).resolves.toBeDefined();
});

test('pieces are put together in the order of their numbers, not of their arrival', async () => {
  const text = await make({ sub: 'ann', more: 'x'.repeat(500) });
  const size = Math.ceil(text.length / 12);
  const pieces = Array.from({ length: 12 }, (_, n) => `${plain}.${n}=${text.slice(n * size, (n + 1) * size)}`);
  await expect(enter(pieces.toReversed().join('; '))).resolves.toBeDefined();
  await nobody(pieces.slice(1).join('; '));
});

describe('nobody gets in with a cookie', () => {
  test('of another secret', async () => {
    await nobody(`${plain}=${await make({ sub: 'ann' }, { secret: 'another secret, of 32 letters too' })}`);
  });

  test('of the other name: the name is part of the key', async () => {
    await nobody(`${secure}=${await make()}`);
    await nobody(`${plain}=${await make({ sub: 'ann' }, { salt: secure })}`);
  });

  test('that a page without HTTPS set beside the one of HTTPS', async () => {
    await nobody(`${plain}=${await make()}; ${secure}=${await make()}`);
  });

  test('that is over', async () => {
    await nobody(`${plain}=${await make({ sub: 'ann' }, { maxAge: -1 })}`);
  });

  test('of nobody', async () => {
    await nobody(`${plain}=${await make({ name: 'Ann' })}`);
  });

  test('with any letter of it changed', async () => {
    const text = await make();
    for (const index of [0, 40, text.lastIndexOf('.') - 5, text.lastIndexOf('.') + 1]) {
      const changed = `${text.slice(0, index)}${text[index] === 'A' ? 'B' : 'A'}${text.slice(index + 1)}`;
      await nobody(`${plain}=${changed}`);
    }
  });

  test('that is only signed with the secret', async () => {
    const token = new SignJWT({ sub: 'ann' }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h');
    await nobody(`${plain}=${await token.sign(new TextEncoder().encode(secret))}`);
  });

  test('that is encrypted with the secret as it stands', async () => {
    const token = new EncryptJWT({ sub: 'ann' }).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' });
    const key = new TextEncoder().encode(secret.slice(0, 32));
    await nobody(`${plain}=${await token.setExpirationTime('1h').encrypt(key)}`);
  });

  test.each([
    ['that is empty', `${plain}=`],
    ['of dots', `${plain}=....`],
    ['of words', `${plain}=let me in`],
    ['that cannot be decoded', `${plain}=%E0%A4%A`],
    ['of 100,000 letters', `${plain}=${'x'.repeat(100_000)}`],
    ['of another name', 'session=abc'],
    ['that has a name of all objects', '__proto__=abc; constructor=abc'],
    ['of nothing', ''],
  ])('%s', (_, cookie) => nobody(cookie));

  test('beside a header that is refused: a header is judged alone', async () => {
    const cookie = `${plain}=${await make()}`;
    for (const authorization of ['Bearer abc', 'Basic YTpi', 'Bearer ', '', 'Test alice']) {
      await expect(open.identity.authenticate({ authorization, cookie })).rejects.toThrow(Unauthenticated);
    }
  });

  test('in the header of a token, where tokens are off', async () => {
    await expect(open.identity.authenticate({ authorization: `Bearer ${await make()}` })).rejects.toThrow(
      Unauthenticated,
    );
  });

  test('of a user who was disabled, once that is known, and is told to those who let them in before', async () => {
    const cookie = `${plain}=${await make({ sub: 'mallory' })}`;
    const viewer = await enter(cookie);
    expect(await open.identity.findUnwelcome([viewer])).toEqual([]);
    await open.database.prisma.user.update({ where: { id: viewer.id }, data: { disabledAt: new Date() } });
    expect(await open.identity.findUnwelcome([viewer])).toEqual([viewer]);
    open.clock.advance(5_001);
    await nobody(cookie);
  });
});

test('a session that ends while somebody is here makes them unwelcome', async () => {
  await using own = await openIdentity({ AUTH_SECRET: secret });
  const cookie = `${plain}=${await make({ sub: 'ann' }, { maxAge: 60 })}`;
  const viewer = await own.identity.authenticate({ cookie });
  own.clock.advance(61_000);
  expect(await own.identity.findUnwelcome([viewer])).toEqual([viewer]);
  await expect(own.identity.authenticate({ cookie })).rejects.toThrow(Unauthenticated);
});
