import { BlobServiceClient } from '@azure/storage-blob';
import { expect, test } from 'vitest';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { conclude } from './support/conclude.ts';
import { createPrompt, type Fleet, models, startFleet } from './support/fleet.ts';
import type { Member } from './support/member.ts';
import { type OwnAzurite, startOwnAzurite } from './support/own-azurite.ts';

const ways = [models.asynchronous, models.synchronous, models.repeatable];
const large = { size: { pixels: { width: 640, height: 640 } } };

/** Everything is made, and then stored through whatever the storage does meanwhile. */
async function submitAll(fleet: Fleet, api: Member, purpose: string) {
  return Promise.all(
    ways.map(async (model) => {
      const prompt = createPrompt(purpose);
      const id = await fleet.submit(api.as('alice'), { ...large, prompt, model });
      return fleet.subscribers.follow({ id, over: 'websocket', client: () => api.as('alice') });
    }),
  );
}

function through(azurite: OwnAzurite, url: string) {
  return { AZURE_STORAGE_CONNECTION_STRING: azurite.toConnectionString(url) };
}

test('F13 a storage that is restarted, resets uploads and dribbles: every picture arrives, and none is paid twice', async () => {
  await using azurite = await startOwnAzurite();
  await using proxy = await startFaultProxy(azurite.url);
  await using fleet = await startFleet({ environment: through(azurite, azurite.url) });
  const api = await fleet.start({ role: 'api' });
  await fleet.start({ role: 'worker' }, through(azurite, proxy.url));

  await azurite.stop();
  const restarted = await submitAll(fleet, api, 'restarted');
  await Promise.all(restarted.map((subscriber) => expectStage(subscriber, 'STORING')));
  await azurite.start();
  const from = performance.now();
  await expectSuccess(restarted);
  const recoverySeconds = (performance.now() - from) / 1000;

  proxy.inflict({ kind: 'refuse' });
  const reset = await submitAll(fleet, api, 'reset');
  await Promise.all(reset.map((subscriber) => expectStage(subscriber, 'STORING')));
  proxy.heal();
  await expectSuccess(reset);

  proxy.inflict({ kind: 'delay', milliseconds: 300 });
  await expectSuccess(await submitAll(fleet, api, 'slow'));

  await conclude(fleet, { fault: 'F13', what: 'storage restarted, reset, slow', tries: 3, recoverySeconds });
});

test('F14 a container that somebody removed: it is made again, and the pictures arrive', async () => {
  await using azurite = await startOwnAzurite();
  await using fleet = await startFleet({ environment: through(azurite, azurite.url) });
  const api = await fleet.start({ role: 'api' });
  await fleet.start({ role: 'worker' });
  const service = BlobServiceClient.fromConnectionString(azurite.toConnectionString(azurite.url));
  for await (const { name } of service.listContainers()) await service.deleteContainer(name);
  const from = performance.now();
  await expectSuccess(await submitAll(fleet, api, 'no container'));
  const recoverySeconds = (performance.now() - from) / 1000;
  await conclude(fleet, { fault: 'F14', what: 'container removed', recoverySeconds });
});

type Subscriber = Awaited<ReturnType<typeof submitAll>>[number];

async function expectStage({ seen }: Subscriber, stage: string): Promise<void> {
  await expect.poll(() => seen.some((snapshot) => snapshot.stage === stage), { timeout: 30_000 }).toBe(true);
}

async function expectSuccess(subscribers: readonly Subscriber[]): Promise<void> {
  const ends = await Promise.all(subscribers.map(({ finished }) => finished));
  expect(ends.map(({ status }) => status)).toEqual(subscribers.map(() => 'SUCCEEDED'));
}
