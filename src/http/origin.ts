import type { IncomingMessage } from 'node:http';

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Browsers let any page open a WebSocket to any server, and say only where the page comes from. Pages of this server and of
 * this machine may, pages of elsewhere may not. Whoever is no browser sends no origin.
 */
export function isWelcomeOrigin({ headers }: IncomingMessage): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const page = new URL(origin);
  return page.host === host || loopback.has(page.hostname);
}
