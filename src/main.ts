import { setTimeout as delay } from 'node:timers/promises';
import { inspect, parseArgs } from 'node:util';
import { type App, createApp, orConfigError, type Role, roles } from './app.ts';
import { type Config, readConfig } from './config.ts';
import { createRedact, type Redact } from './domain/redact.ts';
import { StartError } from './domain/start-error.ts';
import { createLogger } from './log.ts';
import { findAllSecrets } from './vendors.ts';

const exitCodeUsage = 2;
/** How long requests still come after the process has said that it is not ready. */
const noticeMilliseconds = 3_000;
const secondThoughtMilliseconds = 1_000;
/** What stopping may take beside the generations that end. */
const maxStopMilliseconds = 10_000;

/** Starts the server and stops it on SIGTERM, SIGINT, and when the process that started it over IPC is gone. */
async function main(): Promise<void> {
  const config = readConfig();
  const secrets = orConfigError(() => findAllSecrets(config));
  redact = createRedact(secrets);
  const role = parseRole(process.argv.slice(2));
  // Heard from the beginning: whoever is told to end while starting must not leave its database running.
  const end = waitForEnd();
  const app = await createApp({ config, role, log: createLogger({ level: config.LOG_LEVEL, secrets }) });
  process.stdout.write(describe(app, config, role));
  if (process.connected) process.send?.({ url: app.url });
  const reason = await end;
  setTimeout(giveUp, maxStopMilliseconds + config.SHUTDOWN_SECONDS * 1000).unref();
  // A terminal tells the whole group, and npm passes it on: only what comes later is somebody who does not want to wait.
  setTimeout(() => process.once('SIGINT', giveUp), secondThoughtMilliseconds).unref();
  app.retire();
  // Load balancers look every few seconds; a person at a terminal need not wait for them.
  if (reason === 'SIGTERM' && app.url !== undefined) await delay(noticeMilliseconds);
  await app[Symbol.asyncDispose]();
  process.exit(0);
}

/** Answers which of them came first. */
function waitForEnd(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  for (const event of ['SIGTERM', 'SIGINT', 'disconnect']) process.on(event, () => resolve(event));
  return promise;
}

/** What runs is taken over by another process, as after a crash. */
function giveUp(): never {
  process.stderr.write('Darkroom did not stop in time, or was asked twice: it ends now.\n');
  process.exit(1);
}

function parseRole(args: readonly string[]): Role {
  try {
    const { values } = parseArgs({ args: [...args], options: { role: { type: 'string', default: 'all' } } });
    const role = roles.find((known) => known === values.role);
    if (role !== undefined) return role;
    throw new Error(`There is no role “${values.role}”.`);
  } catch (cause) {
    const message = `${(cause as Error).message} Usage: npm start -- [--role ${roles.join('|')}]`;
    throw new StartError(message, { exitCode: exitCodeUsage, cause });
  }
}

function describe({ url, services }: App, config: Config, role: Role): string {
  const database = new URL(services.databaseUrl.reveal());
  const kept = services.dataDirectory === undefined ? '' : `, kept in ${services.dataDirectory}`;
  const databaseKind =
    config.DATABASE_URL === undefined ? `embedded PostgreSQL at ${database.host}${kept}` : database.host;
  const isEmbedded = config.AZURE_STORAGE_CONNECTION_STRING === undefined;
  const storageKind = isEmbedded ? `embedded Azurite${kept}` : 'Azure Blob';
  return [
    `Darkroom is ready (role: ${role}, process ${process.pid}).`,
    `  GraphQL   ${url === undefined ? 'not in this role' : `${url}/graphql (HTTP, SSE, WebSocket, and GraphiQL in a browser)`}`,
    `  Health    ${url === undefined ? 'not in this role' : `${url}/health/ready`}`,
    `  Database  ${databaseKind}`,
    `  Pictures  ${storageKind}, container ${config.AZURE_STORAGE_CONTAINER}`,
    '',
  ].join('\n');
}

/** What is written when all is lost goes through no logger. Until the configuration is read, no secret is known. */
let redact: Redact = createRedact([]);

function fail(error: unknown): never {
  const isExpected = error instanceof StartError;
  process.stderr.write(`${redact(isExpected ? error.message : inspect(error))}\n`);
  process.exit(isExpected ? error.exitCode : 1);
}

process.on('uncaughtException', fail);
main().catch(fail);
