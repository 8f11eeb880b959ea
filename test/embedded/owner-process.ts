// A server in miniature: owns a data directory, runs both services in it, and stops them when it is asked to.
import pg from 'pg';
import { openDataDirectory } from '../../src/embedded/data-directory.ts';
import { startEmbeddedAzurite } from '../../src/embedded/embedded-azurite.ts';
import { startEmbeddedPostgres } from '../../src/embedded/embedded-postgres.ts';

const [path = '', services = 'with-services'] = process.argv.slice(2);
const stack = new AsyncDisposableStack();

function say(message: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** Work that still needs the database after the signal has come. */
async function drain(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query('SELECT pg_sleep(0.2)');
  await client.end();
}

const stop = () => void stack.disposeAsync().then(() => say({ stopped: true }));

try {
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // Keeps this process up, and ends it with the test that started it.
  process.stdin.resume().once('end', () => process.exit(1));
  stack.defer(() => void process.stdin.destroy());
  const directory = stack.use(await openDataDirectory(path));
  if (services === 'lock-only') {
    say({ ready: true });
  } else {
    const postgres = stack.use(await startEmbeddedPostgres({ directory: directory.postgres }));
    const azurite = stack.use(await startEmbeddedAzurite({ directory: directory.azurite }));
    stack.defer(() => drain(postgres.url));
    say({ ready: true, url: postgres.url, connectionString: azurite.connectionString });
  }
} catch (error) {
  await stack.disposeAsync();
  say({ ready: false, error: error instanceof Error ? `${error.constructor.name}: ${error.message}` : String(error) });
}
