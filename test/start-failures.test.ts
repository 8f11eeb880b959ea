import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, inject, test, vi } from 'vitest';
import { createTemporaryDirectory, findProcesses } from './embedded/owner.ts';
import { startServerProcess } from './http/server-process.ts';
import { createTestContainerName, createTestDatabase } from './support/test-database.ts';

// A start takes about two seconds on an idle machine; five of them at once on a busy one take long.
vi.setConfig({ testTimeout: 90_000 });

interface Failure {
  readonly environment: Readonly<Record<string, string>>;
  readonly arguments?: readonly string[];
  readonly exitCode: number;
  /** One for each line that is expected. */
  readonly lines: readonly RegExp[];
  readonly secrets?: readonly string[];
}

/** It says what is wrong, no more, and leaves nothing running. */
async function expectFailure({ environment, arguments: args = [], exitCode, lines, secrets = [] }: Failure) {
  await using temporary = await createTemporaryDirectory();
  // Warnings from its way down, of connections for example, are no part of what is wrong.
  const given = { DATA_DIR: join(temporary.path, 'data'), LOG_LEVEL: 'error', ...environment };
  await using server = startServerProcess({ directory: temporary.path, environment: given, arguments: args });
  const end = await server.ended;
  expect(server.stderr.trimEnd().split('\n')).toEqual(lines.map((line) => expect.stringMatching(line)));
  expect(server.stdout).toBe('');
  expect(end).toBe(exitCode);
  for (const secret of secrets) expect(server.stderr).not.toContain(secret);
  expect(await findProcesses(temporary.path)).toEqual([]);
}

const storage = () => ({
  AZURE_STORAGE_CONNECTION_STRING: inject('storageConnectionString'),
  AZURE_STORAGE_CONTAINER: createTestContainerName(),
});

const secret = 'hunter2-is-secret';

function withSecret(port: number): string {
  return `postgres://darkroom:${secret}@127.0.0.1:${port}/darkroom`;
}

interface ListeningServer extends AsyncDisposable {
  readonly port: number;
}

/** Takes connections and never says a word. */
async function listenSilently(): Promise<ListeningServer> {
  const sockets = new Set<{ destroy(): void }>();
  const server: Server = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

describe.concurrent('a server that cannot start says why in one line', () => {
  test('when its port is in use, and stops the services that it had started', async () => {
    await using other = await listenSilently();
    await expectFailure({
      environment: { PORT: String(other.port) },
      exitCode: 1,
      lines: [/^Port \d+ of 127\.0\.0\.1 is in use/],
    });
  });

  test('when anybody could reach it and come in', async () => {
    await expectFailure({
      environment: { HOST: '0.0.0.0' },
      exitCode: 78,
      lines: [/^HOST: 0\.0\.0\.0 can be reached from elsewhere, .* Set API_KEY_PEPPER .* HOST to 127\.0\.0\.1\.$/],
    });
  });

  test('when the data directory cannot be made', async () => {
    await using temporary = await createTemporaryDirectory();
    const file = join(temporary.path, 'file');
    await writeFile(file, '');
    await expectFailure({
      environment: { DATA_DIR: join(file, 'data') },
      exitCode: 1,
      lines: [/^The data directory .*\/file\/data cannot be written: ENOTDIR.* Set DATA_DIR to another\.$/],
    });
  });

  test('when the database was migrated by a newer version', async () => {
    await using database = await createTestDatabase();
    const client = new pg.Client(database.url);
    await client.connect();
    await client.query(`INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
      VALUES ('1', '1', '20991231235959_from_the_future', now(), now(), 1)`);
    await client.end();
    await expectFailure({
      environment: { DATABASE_URL: database.url, ...storage() },
      exitCode: 1,
      lines: [
        /^The database was migrated by a newer Darkroom: .* 20991231235959_from_the_future\. Start the newer version/,
      ],
    });
  });

  test('when nothing listens where the database should be', async () => {
    await expectFailure({
      environment: { DATABASE_URL: withSecret(1), ...storage() },
      exitCode: 1,
      lines: [/^The database at 127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED/],
      secrets: [secret],
    });
  });

  test('when the database takes the connection and never answers', async () => {
    await using silent = await listenSilently();
    await expectFailure({
      environment: { DATABASE_URL: withSecret(silent.port), ...storage() },
      exitCode: 1,
      lines: [/^The database at 127\.0\.0\.1:\d+ cannot be reached: timeout/],
      secrets: [secret],
    });
  });

  test('when the database does not know the password', async () => {
    const url = new URL(inject('databaseUrl'));
    url.password = secret;
    await expectFailure({
      environment: { DATABASE_URL: url.href, ...storage() },
      exitCode: 1,
      lines: [
        /^The database at 127\.0\.0\.1:\d+ cannot be reached: password authentication failed for user "darkroom"$/,
      ],
      secrets: [secret],
    });
  });

  test('when nothing listens where the storage should be', async () => {
    await using database = await createTestDatabase();
    const key = Buffer.from(secret).toString('base64');
    const connectionString = `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=${key};BlobEndpoint=http://127.0.0.1:1/a`;
    await expectFailure({
      environment: { DATABASE_URL: database.url, AZURE_STORAGE_CONNECTION_STRING: connectionString },
      exitCode: 1,
      lines: [/^The storage cannot be used: .*ECONNREFUSED/],
      secrets: [key, secret],
    });
  });

  test('when the storage connection string cannot be read', async () => {
    await using database = await createTestDatabase();
    await expectFailure({
      environment: { DATABASE_URL: database.url, AZURE_STORAGE_CONNECTION_STRING: `AccountKey=${secret}` },
      exitCode: 1,
      lines: [/^The storage cannot be used: The storage connection string needs AccountName and AccountKey/],
      secrets: [secret],
    });
  });

  test.each([
    [['--role', 'nonsense'], /^There is no role “nonsense”\. Usage: npm start -- \[--role all\|api\|worker\]$/],
    [['--rolle', 'api'], /^Unknown option '--rolle'.* Usage: npm start -- \[--role all\|api\|worker\]$/],
  ])('when it is started with %j', async (args, line) => {
    await expectFailure({ environment: {}, arguments: args, exitCode: 2, lines: [line] });
  });
});
