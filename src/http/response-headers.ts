import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Visit } from './forwarded.ts';
import type { Origins } from './origin.ts';
import { preflightHeaders } from './preflight-headers.ts';

const always = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  // For browsers that do not know `frame-ancestors`.
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

/** Two years, as the lists that browsers carry with them ask for. */
const strictTransport = 'max-age=63072000';

const readableHeaders = 'x-request-id, retry-after';
const allowedHeaders = ['authorization', 'content-type', 'x-request-id', ...preflightHeaders].join(', ');
const preflightSeconds = 7_200;

/** Set before anything is answered; who answers a page or a picture sets its own in their place. */
export function setResponseHeaders(response: ServerResponse, { protocol }: Visit): void {
  for (const [name, value] of Object.entries(always)) response.setHeader(name, value);
  // By a header, since TLS ends at a proxy; without one that is trusted nothing is known of it.
  if (protocol === 'https') response.setHeader('strict-transport-security', strictTransport);
}

/** Lets scripts of listed pages read the answer. */
export function setCorsHeaders(request: IncomingMessage, response: ServerResponse, origins: Origins): void {
  response.setHeader('vary', 'Origin');
  const origin = origins.findListed(request);
  if (origin === undefined) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-credentials', 'true');
  response.setHeader('access-control-expose-headers', readableHeaders);
}

export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/** A browser asks whether a page may send a request. For a page that is not listed the answer says nothing, which means no. */
export function answerPreflight(response: ServerResponse): void {
  if (response.hasHeader('access-control-allow-origin')) {
    response.setHeader('access-control-allow-methods', 'GET, POST');
    response.setHeader('access-control-allow-headers', allowedHeaders);
    response.setHeader('access-control-max-age', preflightSeconds);
  }
  response.writeHead(204).end();
}
