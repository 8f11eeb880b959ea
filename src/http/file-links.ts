import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../domain/clock.ts';
import type { ImageLink, LinkOptions } from '../storage/image-store.ts';

/** Links to blobs that lead to this server, which fetches the bytes. */
export interface FileLinks {
  /** As `ImageStore.link`, as a path on this server. */
  link(name: string, options: LinkOptions): ImageLink;
  /** The blob that a path names; undefined for one that we have not signed as it is, and for one that has expired. */
  find(path: string): SignedBlob | undefined;
}

export interface SignedBlob {
  readonly name: string;
  readonly expiresAt: Date;
}

interface Dependencies {
  readonly secret: string;
  readonly clock: Clock;
}

export const filesPrefix = '/files/';
const path = /^\/files\/(?<claim>[\w-]{1,2000})\.(?<signature>[\w-]{43})$/;
const claim = /^(?<expiry>\d{1,12})\/(?<name>.+)$/s;

export function createFileLinks({ secret, clock }: Dependencies): FileLinks {
  // A key of its own: the secret may serve elsewhere too.
  const key = createSecretKey(new Uint8Array(hkdfSync('sha256', secret, '', 'darkroom file links', 32)));
  const sign = (text: string) => createHmac('sha256', key).update(text).digest('base64url');
  return {
    link(name, { minimumSeconds }) {
      // As for links to the storage: all of one window get the same link, so that caches work.
      const expiry = (Math.floor(clock.now() / (minimumSeconds * 1000)) + 2) * minimumSeconds;
      const text = Buffer.from(`${expiry}/${name}`).toString('base64url');
      return { href: `${filesPrefix}${text}.${sign(text)}`, expiresAt: new Date(expiry * 1000) };
    },
    find(candidate) {
      const { claim: text, signature } = path.exec(candidate)?.groups ?? {};
      if (text === undefined || signature === undefined) return undefined;
      if (!timingSafeEqual(Buffer.from(signature), Buffer.from(sign(text)))) return undefined;
      const { expiry, name } = claim.exec(Buffer.from(text, 'base64url').toString())?.groups ?? {};
      const expiresAt = new Date(Number(expiry) * 1000);
      return name === undefined || expiresAt.getTime() <= clock.now() ? undefined : { name, expiresAt };
    },
  };
}
