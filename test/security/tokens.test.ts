import { createHmac, KeyObject, sign as signBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IdentityUnavailable } from '../../src/accounts/identity-unavailable.ts';
import { Unauthenticated } from '../../src/accounts/unauthenticated.ts';
import { type OpenIdentity, openIdentity } from '../accounts/open-identity.ts';
import { startDarkroom } from '../support/darkroom.ts';
import { closingOfNewSocket } from '../support/raw-socket.ts';
import { audience, createSigningKey, type Issuer, nowSeconds, startIssuer } from './support/issuer.ts';

let issuer: Issuer;
let open: OpenIdentity;
beforeAll(async () => {
  issuer = await startIssuer();
  open = await openIdentity({ OIDC_ISSUER: issuer.url, OIDC_AUDIENCE: audience });
});
afterAll(async () => {
  await open[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
});

const enter = (token: string, { identity } = open) => identity.authenticate({ authorization: `Bearer ${token}` });
const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const usual = () => ({ iss: issuer.url, aud: audience, sub: 'ann', exp: nowSeconds() + 600 });

/** Signed by the issuer's key, whatever is in it. */
function signText(header: unknown, payload: unknown): string {
  const signed = `${encode(header)}.${encode(payload)}`;
  const privateKey = KeyObject.from(issuer.key.privateKey);
  return `${signed}.${signBytes('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
}

test('a good token lets its user in, until it ends', async () => {
  const exp = nowSeconds() + 600;
  const viewer = await enter(await issuer.sign({ exp, name: 'Ann', email: 'ann@example.org' }));
  expect(viewer).toMatchObject({ role: 'USER', credential: { kind: 'token' }, expiresAt: new Date(exp * 1000) });
  const row = await open.database.prisma.user.findUniqueOrThrow({ where: { id: viewer.id } });
  expect(row).toMatchObject({ issuer: issuer.url, subject: 'ann', name: 'Ann', email: 'ann@example.org' });
});

describe('a token is refused', () => {
  test('with the algorithm none', async () => {
    for (const alg of ['none', 'None', 'NONE']) {
      await expect(enter(`${encode({ alg })}.${encode(usual())}.`)).rejects.toThrow(Unauthenticated);
      await expect(enter(`${encode({ alg, kid: 'first' })}.${encode(usual())}.AAAA`)).rejects.toThrow(Unauthenticated);
    }
  });

  test('without its signature', async () => {
    const [header, payload] = (await issuer.sign()).split('.');
    for (const token of [`${header}.${payload}.`, `${header}.${payload}`]) {
      await expect(enter(token)).rejects.toThrow(Unauthenticated);
    }
  });

  test.each(['HS256', 'HS384', 'HS512'])('signed by %s with the public key as the secret', async (alg) => {
    for (const secret of [JSON.stringify(issuer.key.jwk), issuer.key.jwk.n ?? '']) {
      const signed = `${encode({ alg, kid: 'first' })}.${encode(usual())}`;
      const signature = createHmac(alg.replace('HS', 'sha'), secret).update(signed).digest('base64url');
      await expect(enter(`${signed}.${signature}`)).rejects.toThrow(Unauthenticated);
    }
  });

  test('with an algorithm that its key is not for', async () => {
    await expect(enter(signText({ alg: 'ES256', kid: 'first' }, usual()))).rejects.toThrow(Unauthenticated);
  });

  test.each<readonly [string, () => Record<string, unknown>]>([
    ['of another issuer', () => ({ iss: 'https://elsewhere.example.org' })],
    ['of an issuer with a slash more', () => ({ iss: `${issuer.url}/` })],
    ['of no issuer', () => ({ iss: undefined })],
    ['for another audience', () => ({ aud: 'billing' })],
    ['for several others', () => ({ aud: ['billing', 'darkroom2'] })],
    ['for no audience', () => ({ aud: undefined })],
    ['that is over', () => ({ exp: nowSeconds() - 1 })],
    ['without an end', () => ({ exp: undefined })],
    ['with an end that is no number', () => ({ exp: '9999999999' })],
    ['with an end beyond all years', () => ({ exp: 1e300 })],
    ['that begins in more than a minute', () => ({ nbf: nowSeconds() + 120 })],
    ['of nobody', () => ({ sub: undefined })],
    ['of an empty name', () => ({ sub: '' })],
    ['of a number', () => ({ sub: 7 })],
    ['of a name with a NUL', () => ({ sub: 'an\0n' })],
    ['of a name of 300 letters', () => ({ sub: 'a'.repeat(300) })],
  ])('%s', async (_, change) => {
    await expect(enter(await issuer.sign(change()))).rejects.toThrow(Unauthenticated);
  });

  test('signed by a stranger under the name of a known key', async () => {
    const key = await createSigningKey('first');
    await expect(enter(await issuer.sign({}, { key }))).rejects.toThrow(Unauthenticated);
  });

  test.each(['jku', 'x5u', 'jwk'])(
    'signed by a stranger whose key the header brings as %s, and nobody looks there',
    async (name) => {
      await using stranger = await startIssuer();
      const value = name === 'jwk' ? stranger.key.jwk : `${stranger.url}/keys`;
      for (const kid of ['first', 'stranger']) {
        const token = await issuer.sign({}, { key: stranger.key, header: { kid, [name]: value } });
        await expect(enter(token)).rejects.toThrow(Unauthenticated);
      }
      expect(stranger.asked).toEqual([]);
    },
  );

  test('with an extension that it says must be understood', async () => {
    const header = { alg: 'RS256', kid: 'first', crit: ['mystery'], mystery: true };
    await expect(enter(signText(header, usual()))).rejects.toThrow(Unauthenticated);
  });

  test('of more than 8 KB, before anything of it is read', async () => {
    const token = await issuer.sign({ padding: 'x'.repeat(8_000) });
    expect(token.length).toBeGreaterThan(8_192);
    await expect(enter(token)).rejects.toThrow(Unauthenticated);
    await expect(enter('x'.repeat(1_000_000))).rejects.toThrow(Unauthenticated);
  });

  test.each<readonly [string, string]>([
    ['of words', 'not a token'],
    ['of dots', '...'],
    ['of no JSON', `${encode('{')}.${encode('{')}.AAAA`],
    ['of an array', `${encode([])}.${encode([])}.AAAA`],
    ['of null', `${encode('null')}.${encode('null')}.AAAA`],
    ['of five parts, as an encrypted one has', `${encode({ alg: 'dir', enc: 'A256GCM' })}....`],
    ['with letters that are not ASCII', 'é.é.é'],
    ['that is empty', ''],
  ])('%s', async (_, token) => {
    await expect(enter(token)).rejects.toThrow(Unauthenticated);
  });

  test('that was good, with any of its parts changed', async () => {
    const parts = (await issuer.sign()).split('.');
    for (const [index, part] of parts.entries()) {
      const changed = `${part.startsWith('A') ? 'B' : 'A'}${part.slice(1)}`;
      const token = parts.with(index, changed).join('.');
      await expect(enter(token)).rejects.toThrow(Unauthenticated);
    }
  });

  test('of a user who is disabled, once that is known', async () => {
    const token = await issuer.sign({ sub: 'mallory' });
    const { id } = await enter(token);
    await open.database.prisma.user.update({ where: { id }, data: { disabledAt: new Date() } });
    open.identity.forget(id);
    await expect(enter(token)).rejects.toThrow(Unauthenticated);
  });
});

describe('where a token says something twice', () => {
  test('its last word counts for who it is, as RFC 7519 has it', async () => {
    const text = JSON.stringify({ ...usual(), sub: 'last' }).replace('{', '{"sub":"first",');
    const { id } = await enter(signText({ alg: 'RS256', kid: 'first' }, text));
    expect(await open.database.prisma.user.findUnique({ where: { id } })).toMatchObject({ subject: 'last' });
  });

  test('its last word counts for when it ends', async () => {
    const text = JSON.stringify({ ...usual(), exp: nowSeconds() - 5 }).replace('{', `{"exp":${nowSeconds() + 600},`);
    await expect(enter(signText({ alg: 'RS256', kid: 'first' }, text))).rejects.toThrow(Unauthenticated);
  });

  test('its last word counts for the algorithm', async () => {
    const payload = encode(usual());
    const header = encode('{"alg":"RS256","kid":"first","alg":"none"}');
    await expect(enter(`${header}.${payload}.`)).rejects.toThrow(Unauthenticated);
  });
});

describe('clocks and types', () => {
  test('a token that begins in half a minute is taken: clocks differ', async () => {
    await expect(enter(await issuer.sign({ nbf: nowSeconds() + 30 }))).resolves.toBeDefined();
  });

  test.each([undefined, 'JWT', 'at+jwt', 'application/at+jwt'])('the type %s is taken', async (typ) => {
    await expect(enter(await issuer.sign({}, typ === undefined ? {} : { header: { typ } }))).resolves.toBeDefined();
  });

  test('one of several audiences is enough', async () => {
    await expect(enter(await issuer.sign({ aud: ['billing', audience] }))).resolves.toBeDefined();
  });
});

describe('scopes', () => {
  test.each([
    [{}, ['READ', 'GENERATE', 'MANAGE']],
    [{ scope: 'openid profile email' }, ['READ', 'GENERATE', 'MANAGE']],
    [{ scope: 'openid read' }, ['READ']],
    [{ scope: 'darkroom:generate read' }, ['READ', 'GENERATE']],
    [{ scp: ['darkroom:manage'] }, ['MANAGE']],
    [{ scope: 'openid', scp: 'read' }, ['READ']],
    [{ scope: 'darkroom:raed' }, []],
    [{ scope: 'admin' }, ['READ', 'GENERATE', 'MANAGE']],
    [{ scope: 7 }, ['READ', 'GENERATE', 'MANAGE']],
  ])('%j allows %j', async (claims, scopes) => {
    const viewer = await enter(await issuer.sign(claims));
    expect([...viewer.scopes]).toEqual(scopes);
    expect(viewer.role).toBe('USER');
  });
});

describe('admins', () => {
  let admins: OpenIdentity;
  beforeAll(async () => {
    const ADMIN_SUBJECTS = `${issuer.url}|root,Boss@example.org`;
    admins = await openIdentity({ OIDC_ISSUER: issuer.url, OIDC_AUDIENCE: audience, ADMIN_SUBJECTS });
  });
  afterAll(() => admins[Symbol.asyncDispose]());

  test.each([
    [{ sub: 'root' }, 'ADMIN'],
    [{ sub: 'Root' }, 'USER'],
    [{ sub: 'b', email: 'boss@EXAMPLE.org', email_verified: true }, 'ADMIN'],
    [{ sub: 'c', email: 'boss@example.org', email_verified: false }, 'USER'],
    [{ sub: 'd', email: 'boss@example.org' }, 'USER'],
    [{ sub: 'e', email: 'boss@example.org', email_verified: 'true' }, 'USER'],
    [{ sub: 'boss@example.org' }, 'USER'],
    [{ sub: 'f', role: 'ADMIN', roles: ['ADMIN'] }, 'USER'],
  ])('%j is %s', async (claims, role) => {
    expect(await enter(await issuer.sign(claims), admins)).toMatchObject({ role });
  });
});

describe('the keys of the issuer', () => {
  test('a flood of tokens of unknown keys asks it once, and again after half a minute at most', async () => {
    await using own = await startIssuer();
    await using opened = await openIdentity({ OIDC_ISSUER: own.url, OIDC_AUDIENCE: audience });
    await enter(await own.sign(), opened);
    const stranger = await createSigningKey('unknown');
    const forged = await Promise.all(
      Array.from({ length: 50 }, (_, index) => own.sign({ sub: `${index}` }, { key: stranger })),
    );
    const outcomes = await Promise.allSettled(forged.map((token) => enter(token, opened)));
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    expect(own.asked).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  test('without them nobody is refused for good: it may work a moment later, and nobody asks all the time', async () => {
    await using own = await startIssuer();
    await using opened = await openIdentity({ OIDC_ISSUER: own.url, OIDC_AUDIENCE: audience });
    own.isWell = false;
    const token = await own.sign();
    for (let times = 0; times < 5; times++) {
      await expect(enter(token, opened)).rejects.toThrow(IdentityUnavailable);
    }
    expect(own.asked).toHaveLength(1);
    own.isWell = true;
    opened.clock.advance(5_001);
    await expect(enter(token, opened)).resolves.toBeDefined();
  });

  test('over HTTP that is 503 and when to come back, and a socket is closed so that it comes again', async () => {
    await using own = await startIssuer();
    await using darkroom = await startDarkroom({
      identity: 'configured',
      role: 'api',
      config: { OIDC_ISSUER: own.url, OIDC_AUDIENCE: audience },
    });
    own.isWell = false;
    const client = { url: `${darkroom.url}/graphql`, headers: { authorization: `Bearer ${await own.sign()}` } };
    const headers = { ...client.headers, 'content-type': 'application/json' };
    const body = JSON.stringify({ query: '{ viewer { id } }' });
    const response = await fetch(client.url, { method: 'POST', headers, body });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE' } }] });
    expect(await closingOfNewSocket(client)).toBe('1013 Try again later');
  });

  test('those that are known go on working while the issuer is away, hours later too', async () => {
    await using own = await startIssuer();
    await using opened = await openIdentity({ OIDC_ISSUER: own.url, OIDC_AUDIENCE: audience });
    const exp = nowSeconds() + 100_000;
    await enter(await own.sign({ exp }), opened);
    own.isWell = false;
    for (let times = 0; times < 3; times++) {
      opened.clock.advance(3_600_000);
      await expect(enter(await own.sign({ exp, jti: `${times}` }), opened)).resolves.toBeDefined();
    }
  });

  test('a document of another issuer at its address is not believed', async () => {
    await using own = await startIssuer();
    await using opened = await openIdentity({ OIDC_ISSUER: `${own.url}/`, OIDC_AUDIENCE: audience });
    await expect(enter(await own.sign({ iss: `${own.url}/` }), opened)).rejects.toThrow(IdentityUnavailable);
    expect(own.asked).toEqual(['/.well-known/openid-configuration']);
  });

  test('with OIDC_JWKS_URL nobody has to look for them', async () => {
    await using own = await startIssuer();
    const OIDC_JWKS_URL = `${own.url}/keys`;
    await using opened = await openIdentity({ OIDC_ISSUER: own.url, OIDC_AUDIENCE: audience, OIDC_JWKS_URL });
    await enter(await own.sign(), opened);
    expect(own.asked).toEqual(['/keys']);
  });

  test('a symmetric key among them signs nothing', async () => {
    await using own = await startIssuer();
    await using opened = await openIdentity({ OIDC_ISSUER: own.url, OIDC_AUDIENCE: audience });
    own.keys = [{ kty: 'oct', k: encode('secret'), kid: 'first', alg: 'HS256' }];
    const signed = `${encode({ alg: 'HS256', kid: 'first' })}.${encode({ ...usual(), iss: own.url })}`;
    const signature = createHmac('sha256', 'secret').update(signed).digest('base64url');
    await expect(enter(`${signed}.${signature}`, opened)).rejects.toThrow(Unauthenticated);
  });

  test.each(['PS256', 'ES256', 'Ed25519'])('%s is taken', async (alg) => {
    await using own = await startIssuer();
    await using opened = await openIdentity({ OIDC_ISSUER: own.url, OIDC_AUDIENCE: audience });
    const key = await createSigningKey('other', alg);
    own.keys = [key.jwk];
    await expect(enter(await own.sign({}, { key }), opened)).resolves.toBeDefined();
  });
});
