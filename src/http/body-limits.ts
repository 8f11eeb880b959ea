import type { IncomingMessage } from 'node:http';

const multipart = /^multipart\/form-data\s*(;|$)/i;

/** How much a request may send. A data URL of 10 MB fits into JSON; what is more comes as files. */
export const maxBodyBytes = { json: 16 * 1024 * 1024, multipart: 64 * 1024 * 1024 } as const;

export type BodyKind = keyof typeof maxBodyBytes;

export function isMultipart(contentType: string): boolean {
  return multipart.test(contentType);
}

export function toBodyKind({ headers }: Pick<IncomingMessage, 'headers'>): BodyKind {
  return isMultipart(headers['content-type'] ?? '') ? 'multipart' : 'json';
}

/** As its header says, which Node holds it to. */
export function isKnownToFit({ headers }: Pick<IncomingMessage, 'headers'>, kind: BodyKind): boolean {
  return Number(headers['content-length'] ?? Number.NaN) <= maxBodyBytes[kind];
}
