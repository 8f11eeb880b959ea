import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GenerationDependencies } from '../generations/dependencies.ts';
import { findWebhookCall, takeWebhook, type WebhookAddress } from '../generations/take-webhook.ts';

/** Some hold their pictures in base64. */
const maxBytes = 8 * 1024 * 1024;

const prefix = '/webhooks/';
const path =
  /^\/webhooks\/(?<provider>[\w-]{1,50})\/(?<generationId>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(?<number>\d{1,6})$/;

export function isWebhookPath(pathname: string): boolean {
  return pathname.startsWith(prefix);
}

type Services = Pick<GenerationDependencies, 'database' | 'catalogue' | 'announce'>;

/** What vendors say of the calls that they work at. Who has no token learns nothing of which calls there are. */
export async function answerWebhook(
  services: Services,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  if (request.method === 'POST') response.writeHead(await take(services, request)).end();
  else response.writeHead(405, { allow: 'POST' }).end();
}

/** The status that tells the vendor what became of it. */
async function take(services: Services, request: IncomingMessage): Promise<200 | 401 | 413> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return 413;
  const address = parseAddress(request.url ?? '');
  const call = address === undefined ? undefined : await findWebhookCall(services, address);
  if (call === undefined) return 401;
  const body = await readBody(request);
  if (body === undefined) return 413;
  return (await takeWebhook(services, call, { headers: toHeaders(request), body })) ? 200 : 401;
}

function parseAddress(url: string): WebhookAddress | undefined {
  const parsed = URL.parse(url, 'http://localhost');
  const { provider, generationId, number } = path.exec(parsed?.pathname ?? '')?.groups ?? {};
  if (provider === undefined || generationId === undefined) return undefined;
  return { provider, generationId, number: Number(number), token: parsed?.searchParams.get('token') ?? '' };
}

/** Undefined for one that is too large, and for one whose sender has left. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  try {
    return await collect(request);
  } catch {
    return undefined;
  }
}

/** What comes after too much is for the server to pass over: a sender that is cut off gets no answer. */
async function collect(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.byteLength;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function toHeaders({ headers }: IncomingMessage): Headers {
  return new Headers(
    Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
  );
}
