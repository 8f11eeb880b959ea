import { randomBytes, randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { createLogger } from '../../src/log.ts';
import { createAzureImageStore } from '../../src/storage/azure-image-store.ts';
import type { ImageStore } from '../../src/storage/image-store.ts';
import { createPatientImageStore, type Pace } from '../../src/storage/patient-image-store.ts';
import { describeImageStore } from './image-store-contract.ts';
import {
  answerWith,
  resetInTheMiddle,
  sayNothing,
  startTroubledStorage,
  type TroubledStorage,
} from './troubled-storage.ts';

const connectionString = inject('storageConnectionString');
const clock = { now: Date.now };
const quiet = createLogger({ level: 'silent' });
const shared = `test-${randomUUID()}`;

describeImageStore('Patient image store', (clock) =>
  createPatientImageStore({
    images: createAzureImageStore({ connectionString, containerName: shared, clock }),
    log: quiet,
  }),
);

const newPicture = () => ({ name: `g/${randomUUID()}/1/0`, bytes: randomBytes(300_000), mediaType: 'image/png' });

let storage: TroubledStorage;
let containerName: string;
let direct: ImageStore;
/** What was logged. */
let lines: { readonly level: number; readonly msg: string; readonly error: string }[];
/** Told after each line. */
let onLine: () => void;
beforeEach(async () => {
  containerName = `test-${randomUUID()}`;
  storage = await startTroubledStorage();
  direct = createAzureImageStore({ connectionString, containerName, clock });
  await direct.prepare();
  lines = [];
  onLine = () => undefined;
});
afterEach(() => storage[Symbol.asyncDispose]());

function openPatient(pace: Partial<Pace> = {}): ImageStore {
  const destination = new Writable({
    write(chunk, _, done) {
      lines.push(JSON.parse(String(chunk)));
      onLine();
      done();
    },
  });
  const images = createAzureImageStore({ connectionString: storage.connectionString, containerName, clock });
  const quick = { firstWaitMilliseconds: 5, longestWaitMilliseconds: 50, refusedWaitMilliseconds: 5 };
  return createPatientImageStore({
    images,
    log: createLogger({ level: 'info', destination }),
    pace: { ...quick, ...pace },
  });
}

function nextLine(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  onLine = resolve;
  return promise;
}

// More than the four tries that the SDK makes by itself.
test.for([
  ['answers 503', answerWith(503, 'ServerBusy'), 6],
  ['answers 500', answerWith(500, 'InternalError'), 6],
  ['breaks connections in the middle of the picture', resetInTheMiddle, 6],
  ['refuses our key', answerWith(403, 'AuthenticationFailed'), 4],
  ['still removes the container', answerWith(409, 'ContainerBeingDeleted'), 3],
] as const)('a picture is stored as soon as a store that %s is well again', async ([, trouble, times]) => {
  storage.make(trouble, { times, method: 'PUT' });
  const picture = newPicture();
  await openPatient().put(picture);
  await storage.met(times);
  expect(await direct.read(picture.name)).toEqual(picture.bytes);
});

test('a picture is stored after a store that said nothing', async () => {
  storage.make(sayNothing);
  const picture = newPicture();
  const putting = openPatient().put(picture);
  await storage.met(1);
  storage.end();
  await putting;
  expect(await direct.read(picture.name)).toEqual(picture.bytes);
});

test('a container that was removed is made again', async () => {
  await BlobServiceClient.fromConnectionString(connectionString).deleteContainer(containerName);
  const picture = newPicture();
  await openPatient().put(picture);
  expect(await direct.read(picture.name)).toEqual(picture.bytes);
  expect(lines.map(({ level }) => level)).toEqual([50]);
});

test('looking for what is there waits as well', async () => {
  const picture = newPicture();
  await direct.put(picture);
  const patient = openPatient();
  storage.make(answerWith(403, 'AuthenticationFailed'), { times: 3 });
  expect(await patient.list(picture.name)).toMatchObject([{ name: picture.name }]);
  storage.make(answerWith(403, 'AuthenticationFailed'), { times: 3 });
  expect(await patient.read(picture.name)).toEqual(picture.bytes);
});

test('patience ends, with the error of the last try', async () => {
  storage.make(answerWith(403, 'AuthenticationFailed'));
  const failing = openPatient({ patienceMilliseconds: 1_000 }).put(newPicture());
  await expect(failing).rejects.toMatchObject({ name: 'StorageError', fault: 'REFUSED' });
  expect(storage.methods.length).toBeGreaterThan(1);
});

test('other bytes under a name that is taken are refused at once', async () => {
  const picture = newPicture();
  await direct.put(picture);
  await expect(openPatient().put({ ...picture, bytes: randomBytes(10) })).rejects.toMatchObject({ fault: 'OTHER' });
  expect(storage.methods).toEqual(['PUT', 'HEAD']);
});

test('a refusal is told once as an error that says what may be wrong, however many pictures wait', async () => {
  storage.make(answerWith(403, 'AuthenticationFailed'), { times: 30, method: 'PUT' });
  const patient = openPatient();
  await Promise.all(Array.from({ length: 5 }, () => patient.put(newPicture())));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ level: 50, msg: expect.stringMatching(/key .* clock/) });
  expect(lines[0]?.error).toMatch(/403 AuthenticationFailed/);
});

test('who waits is let go at once', async () => {
  storage.make(answerWith(403, 'AuthenticationFailed'));
  const abort = new AbortController();
  const waiting = nextLine();
  const putting = openPatient({ refusedWaitMilliseconds: 60_000 }).put({ ...newPicture(), patience: abort.signal });
  await waiting;
  abort.abort(new Error('cancelled'));
  await expect(putting).rejects.toThrow('cancelled');
  expect(storage.methods).toEqual(['PUT']);
});

test('a try that hangs is let go a little later', async () => {
  storage.make(sayNothing);
  const abort = new AbortController();
  const putting = openPatient({ graceMilliseconds: 50 }).put({ ...newPicture(), patience: abort.signal });
  await storage.met(1);
  abort.abort(new Error('cancelled'));
  await expect(putting).rejects.toThrow('cancelled');
});

test('a picture that is there when patience is over already is stored all the same', async () => {
  const picture = { ...newPicture(), patience: AbortSignal.abort(new Error('cancelled')) };
  await openPatient().put(picture);
  expect(await direct.read(picture.name)).toEqual(picture.bytes);
});

test('what users wait for fails as quickly as ever', async () => {
  storage.make(answerWith(403, 'AuthenticationFailed'));
  const patient = openPatient();
  await expect(patient.checkHealth()).rejects.toMatchObject({ fault: 'REFUSED' });
  await expect(patient.remove(['g/a/1/0'])).rejects.toMatchObject({ fault: 'REFUSED' });
});
