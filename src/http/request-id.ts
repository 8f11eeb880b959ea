import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const plausible = /^[\w.:-]{1,64}$/;

export function createRequestId(): string {
  return randomUUID();
}

/** The id that a proxy gave the request, or a new one. */
export function toRequestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && plausible.test(given) ? given : createRequestId();
}
