import { v7 as createUuidV7 } from 'uuid';
import { createApiKeyHash } from '../accounts/api-key-hash.ts';
import { type Config, exitCodeConfig, readConfig } from '../config.ts';
import { connectDatabase } from '../database/database.ts';
import { migrateDatabase } from '../database/migrate.ts';
import { StartError } from '../domain/start-error.ts';
import { UserError } from '../domain/user-errors.ts';
import { createLogger } from '../log.ts';
import { openDatabase } from '../services.ts';
import { type KeysCommand, parseKeysArguments } from './arguments.ts';
import { create, disable, type KeysDependencies, list, revoke } from './commands.ts';
import { exitCodeUsage, usage } from './usage.ts';

const maxConnections = 2;

/** What belongs to whoever reads it, and what is said beside it. */
interface Answer {
  readonly result: string;
  readonly note: string;
}

type Work = (dependencies: KeysDependencies) => Promise<Answer>;

async function main(): Promise<void> {
  const command = parseKeysArguments(process.argv.slice(2));
  if (command.kind === 'help') return void process.stdout.write(usage);
  const config = readConfig();
  const { result, note } = await workOnDatabase(config, toWork(command, config));
  process.stdout.write(result);
  process.stderr.write(note);
}

/** Throws before a database is opened where the configuration lacks something. */
function toWork(command: Exclude<KeysCommand, { kind: 'help' }>, config: Config): Work {
  if (command.kind === 'list') return (dependencies) => list(dependencies, command.owner);
  if (command.kind === 'revoke') return (dependencies) => revoke(dependencies, command.prefix);
  if (command.kind !== 'create') return (dependencies) => disable(dependencies, command);
  if (config.API_KEY_PEPPER === undefined) {
    const message = 'API_KEY_PEPPER: is missing. Set it to 32 or more random characters, the same as for the server.';
    throw new StartError(message, { exitCode: exitCodeConfig });
  }
  const hashApiKey = createApiKeyHash(config.API_KEY_PEPPER.reveal());
  return (dependencies) => create(dependencies, hashApiKey, command);
}

async function workOnDatabase(config: Config, work: Work): Promise<Answer> {
  await using stack = new AsyncDisposableStack();
  const log = createLogger({ level: 'error' });
  const url = await openDatabase({ config, log }, stack);
  await migrateDatabase({ url, log });
  const database = stack.use(connectDatabase({ url, maxConnections, log }));
  return await work({ database, clock: { now: () => Date.now() }, createId: createUuidV7 });
}

function fail(error: unknown): void {
  const isExpected = error instanceof StartError || error instanceof UserError;
  process.stderr.write(`${isExpected ? error.message : ((error as Error).stack ?? error)}\n`);
  process.exitCode = error instanceof StartError ? error.exitCode : 1;
  if (process.exitCode === exitCodeUsage) process.stderr.write(usage.split('\n\n')[0]?.concat('\n') ?? '');
}

await main().catch(fail);
