import type { ServerResponse } from 'node:http';
import type { GenerationDependencies } from '../generations/dependencies.ts';

const checkMilliseconds = 1_500;

/** Answers 200 while this process can answer at all. */
export function answerLive(response: ServerResponse): void {
  sendJson(response, 200, { status: 'live' });
}

/** Of a process that takes nothing new: load balancers send their requests elsewhere. */
export function answerRetired(response: ServerResponse): void {
  sendJson(response, 503, { status: 'not ready', failing: ['this process, which stops'] });
}

/** Answers 200 when the database and the storage answer, else 503 with the names of those that don't. */
export async function answerReady(
  { database, images }: Pick<GenerationDependencies, 'database' | 'images'>,
  response: ServerResponse,
): Promise<void> {
  const checks = { database: database.pool.query('SELECT 1'), storage: images.checkHealth() };
  const outcomes = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => ({ name, healthy: await isHealthy(check) })),
  );
  const failing = outcomes.filter(({ healthy }) => !healthy).map(({ name }) => name);
  if (failing.length === 0) return sendJson(response, 200, { status: 'ready' });
  return sendJson(response, 503, { status: 'not ready', failing });
}

async function isHealthy(check: Promise<unknown>): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), checkMilliseconds);
  const outcome = check.then(
    () => true,
    () => false,
  );
  return Promise.race([outcome, late.promise]).finally(() => clearTimeout(timer));
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
