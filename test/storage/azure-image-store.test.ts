import { hash, randomBytes, randomUUID } from 'node:crypto';
import { createServer, type RequestListener, request } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { inspect } from 'node:util';
import {
  BlobSASPermissions,
  generateBlobSASQueryParameters,
  SASProtocol,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import type { Clock } from '../../src/domain/clock.ts';
import { createAzureImageStore } from '../../src/storage/azure-image-store.ts';
import { StorageError } from '../../src/storage/storage-error.ts';
import { describeImageStore } from './image-store-contract.ts';

const connectionString = inject('storageConnectionString');
const containerName = `test-${randomUUID()}`;
const clock: Clock = { now: Date.now };
const accountName = 'devstoreaccount1';
const accountKey = randomBytes(64).toString('base64');

describeImageStore('Azure image store', (clock) => createAzureImageStore({ connectionString, containerName, clock }));

const picture = (name = `g/${randomUUID()}/1/0`) => ({ name, bytes: randomBytes(100), mediaType: 'image/png' });

function storeAt(port: number) {
  const endpoint = `BlobEndpoint=http://127.0.0.1:${port}/${accountName}`;
  const connectionString = `AccountName=${accountName};AccountKey=${accountKey};DefaultEndpointsProtocol=http;${endpoint}`;
  return createAzureImageStore({ connectionString, containerName, clock });
}

async function failure(call: Promise<unknown>): Promise<StorageError> {
  const outcome = await call.catch((error: unknown) => error);
  if (!(outcome instanceof StorageError)) throw new TypeError(`Expected a StorageError, got ${inspect(outcome)}`);
  return outcome;
}

async function listen(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
}

/** A port that was free a moment ago, so that connections to it are refused. */
async function closedPort(): Promise<number> {
  const server = createSocketServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('when the server is away', () => {
  test('every call fails within seconds with an error that can be tried again', async () => {
    const store = storeAt(await closedPort());
    const startedAt = Date.now();
    const calls = [
      store.prepare(),
      store.put(picture()),
      store.read('g/a/1/0'),
      store.list('g/a/'),
      store.remove(['g/a/1/0']),
      store.checkHealth(),
    ];
    for (const error of await Promise.all(calls.map(failure))) {
      expect(error.retryable).toBe(true);
      expect(error.cause).toBeDefined();
      expect(inspect(error, { depth: 9 })).not.toContain(accountKey);
      expect(error.message).not.toMatch(/sig=|signature/i);
    }
    expect(Date.now() - startedAt).toBeLessThan(5_000);
  });

  test('links are still made', async () => {
    expect(storeAt(await closedPort()).link('g/a/1/0', { minimumSeconds: 60 }).href).toContain('sig=');
  });
});

describe('when the server says nothing', () => {
  test('the health check gives up after two seconds', async () => {
    const store = storeAt(await listen(() => {}));
    const startedAt = Date.now();
    const error = await failure(store.checkHealth());
    expect(error).toMatchObject({ retryable: true, message: expect.stringContaining('2000 ms') });
    expect(Date.now() - startedAt).toBeLessThan(4_000);
  });

  test('a put that is aborted while it waits throws the reason at once', async () => {
    const abort = new AbortController();
    const reason = new Error('The generation was cancelled.');
    const store = storeAt(await listen(() => abort.abort(reason)));
    await expect(store.put({ ...picture(), signal: abort.signal })).rejects.toBe(reason);
  });
});

describe('when the server is in trouble', () => {
  test('a put is tried again after 503 and then succeeds', async () => {
    const statuses = [503, 201];
    const image = picture();
    const headers = { 'content-md5': hash('md5', image.bytes, 'base64') };
    const port = await listen((incoming, outgoing) => {
      incoming.resume().once('end', () => outgoing.writeHead(statuses.shift() ?? 500, headers).end());
    });
    await storeAt(port).put(image);
    expect(statuses).toEqual([]);
  });

  test('a put gives up on a lasting 500 with an error that can be tried again', async () => {
    const port = await listen((incoming, outgoing) => {
      incoming.resume().once('end', () => outgoing.writeHead(500).end());
    });
    expect(await failure(storeAt(port).put(picture()))).toMatchObject({ retryable: true });
  });

  test('a put whose answer was lost has succeeded', async () => {
    const target = new URL(/BlobEndpoint=([^;]+)/.exec(connectionString)?.[1] ?? '');
    let puts = 0;
    const port = await listen((incoming, outgoing) => {
      const { method, headers, url } = incoming;
      const isLost = method === 'PUT' && puts++ === 0;
      const forwarded = request({ port: target.port, method, headers, path: url }, (answer) => {
        if (isLost) return void answer.resume().once('end', () => outgoing.destroy());
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(forwarded);
    });
    const throughProxy = connectionString.replace(target.host, `127.0.0.1:${port}`);
    const store = createAzureImageStore({ connectionString: throughProxy, containerName, clock });
    const image = picture();
    await store.put(image);
    expect(puts).toBe(2);
    expect(await store.read(image.name)).toEqual(image.bytes);
  });

  test('a picture that arrives in part is an error that can be tried again, and no picture', async () => {
    const port = await listen((_, outgoing) => {
      outgoing.writeHead(200, { 'content-length': 1000, etag: '"1"' });
      outgoing.write(randomBytes(10), () => outgoing.destroy());
    });
    expect(await failure(storeAt(port).read('g/a/1/0'))).toMatchObject({ retryable: true });
  });

  test('a container that is missing makes it unhealthy', async () => {
    const store = createAzureImageStore({ connectionString, containerName: `test-${randomUUID()}`, clock });
    expect((await failure(store.checkHealth())).message).toContain('404');
  });
});

describe('the account', () => {
  test('a wrong key is an error that trying again does not cure, and that quotes no key', async () => {
    const wrong = connectionString.replace(/AccountKey=[^;]+/, `AccountKey=${accountKey}`);
    const store = createAzureImageStore({ connectionString: wrong, containerName, clock });
    const error = await failure(store.put(picture()));
    expect(error.retryable).toBe(false);
    expect(error.message).toContain('403');
    expect(inspect(error, { depth: 9 })).not.toContain(accountKey);
    expect(error.message).not.toMatch(/SharedKey|sig=/);
  });

  test.for([
    ['that is empty', ''],
    ['that is no connection string', 'https://example.com'],
    ['without a key', 'DefaultEndpointsProtocol=https;AccountName=a;EndpointSuffix=core.windows.net'],
    ['with a broken endpoint', `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${accountKey};BlobEndpoint=::`],
  ] as const)('a connection string %s is refused at once', ([, connectionString]) => {
    const open = () => createAzureImageStore({ connectionString, containerName, clock });
    expect(open).toThrow(StorageError);
    expect(open).not.toThrow(accountKey);
  });

  test('UseDevelopmentStorage=true is Azurite on its usual port', () => {
    const store = createAzureImageStore({ connectionString: 'UseDevelopmentStorage=true', containerName, clock });
    expect(store.link('a', { minimumSeconds: 60 }).href).toMatch(
      `http://127.0.0.1:10000/${accountName}/${containerName}/a`,
    );
  });
});

test.for([
  ['http', SASProtocol.HttpsAndHttp],
  ['https', SASProtocol.Https],
] as const)('over %s our signature is the one that the SDK makes', ([scheme, protocol]) => {
  const endpoint = `${scheme}://127.0.0.1:1/${accountName}`;
  const connectionString = `AccountName=${accountName};AccountKey=${accountKey};DefaultEndpointsProtocol=${scheme};BlobEndpoint=${endpoint}`;
  const store = createAzureImageStore({ connectionString, containerName, clock });
  for (const blobName of ['g/a/1/0', 'g/ä b/%25?#.preview']) {
    const { href, expiresAt } = store.link(blobName, { minimumSeconds: 60 });
    const permissions = BlobSASPermissions.parse('r');
    const expected = generateBlobSASQueryParameters(
      { containerName, blobName, permissions, protocol, expiresOn: expiresAt, version: '2020-12-06' },
      new StorageSharedKeyCredential(accountName, accountKey),
    );
    expect(Object.fromEntries(new URL(href).searchParams)).toEqual(
      Object.fromEntries(new URLSearchParams(expected.toString())),
    );
  }
});

test('links that were forgotten are made again, and are the same', () => {
  const store = createAzureImageStore({ connectionString, containerName, clock: { now: () => 0 } });
  const first = store.link('g/first/1/0', { minimumSeconds: 60 });
  for (let index = 0; index < 6_000; index++) store.link(`g/${index}/1/0`, { minimumSeconds: 60 });
  expect(store.link('g/first/1/0', { minimumSeconds: 60 })).toEqual(first);
});
