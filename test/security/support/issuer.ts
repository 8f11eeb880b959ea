import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

export const audience = 'darkroom';

/** A key pair of an issuer, or of somebody who would like to be it. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** An OpenID Connect provider, as far as we ask one. */
export interface Issuer extends AsyncDisposable {
  readonly url: string;
  readonly key: SigningKey;
  /** What it publishes; may be changed. */
  keys: readonly JWK[];
  /** False: it answers 500. */
  isWell: boolean;
  /** The paths that were asked for. */
  readonly asked: string[];
  /** A token as it would give one, with changes. */
  sign(claims?: JWTPayload, change?: TokenChange): Promise<string>;
}

export interface TokenChange {
  readonly key?: SigningKey;
  /** Over those of the key. */
  readonly header?: Readonly<Record<string, unknown>>;
}

export async function createSigningKey(kid: string, alg = 'RS256'): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

export async function startIssuer(): Promise<Issuer> {
  const key = await createSigningKey('first');
  const server = createServer((request, response) => {
    issuer.asked.push(request.url ?? '');
    if (!issuer.isWell) response.writeHead(500).end();
    else if (request.url === '/keys') response.end(JSON.stringify({ keys: issuer.keys }));
    else if (request.url === '/.well-known/openid-configuration') {
      response.end(JSON.stringify({ issuer: issuer.url, jwks_uri: `${issuer.url}/keys` }));
    } else response.writeHead(404).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer: Issuer = {
    url,
    key,
    keys: [key.jwk],
    isWell: true,
    asked: [],
    sign(claims = {}, { key: signer = key, header = {} } = {}) {
      const usual = { iss: url, aud: audience, sub: 'ann', iat: nowSeconds(), exp: nowSeconds() + 600 };
      return new SignJWT({ ...usual, ...claims })
        .setProtectedHeader({ alg: signer.alg, kid: signer.kid, ...header })
        .sign(signer.privateKey);
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return issuer;
}
