import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { graphiqlTabs } from './graphiql-tabs.ts';

/** Whether a person opens the address in a browser. */
export function isPageVisit({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && (headers.accept?.includes('text/html') ?? false);
}

/** The page of GraphiQL, whose only script is its own. What it asks for is authenticated like everything else. */
export async function answerGraphiQL(response: ServerResponse): Promise<void> {
  // 9 MB of text, which a server that nobody opens in a browser need not hold.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const page = renderGraphiQL({ title: 'Darkroom', subscriptionsProtocol: 'WS', defaultTabs: [...graphiqlTabs] });
  const nonce = randomBytes(16).toString('base64');
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': toPolicy(nonce),
    'cache-control': 'no-store',
  });
  response.end(page.replace('<script>', () => `<script nonce="${nonce}">`));
}

function toPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    // The editor measures, and makes its styles, in the page.
    "style-src 'unsafe-inline'",
    'worker-src blob:',
    'font-src data:',
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
