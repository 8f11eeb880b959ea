import { expect, test } from 'vitest';
import { startDarkroom } from '../support/darkroom.ts';
import { follow } from '../support/documents.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { collect, expectOrder, submit, toProgress, typesOf } from '../support/generations.ts';
import { createHold } from '../support/hold.ts';
import { createStage, paint } from '../support/stage.ts';

test('a watcher whose process lost the hints, with its connection, is told everything once', async () => {
  const stage = createStage();
  const hold = createHold();
  const prompt = stage.prompt(async function* (order) {
    await hold.wait(order.signal);
    yield await paint(order, 0);
  });
  await using worker = await startDarkroom({ providers: [stage.provider] });
  await using proxy = await startFaultProxy(worker.config.DATABASE_URL ?? '');
  await using api = await startDarkroom({ beside: worker, role: 'api', config: { DATABASE_URL: proxy.url } });
  const id = await submit(worker.client, { prompt });
  await hold.reached;
  const events = api.client.subscribe(follow, { id, afterSequence: 0 });
  const first = toProgress((await events.next()).value);

  // Between the commits and their delivery.
  proxy.inflict({ kind: 'black-hole', direction: 'to-client' });
  hold.release();
  const all = await collect(worker.client.subscribe(follow, { id, afterSequence: 0 }));
  const { rowCount } = await worker.database.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND query LIKE 'LISTEN %'`,
  );
  expect(rowCount).toBe(2);
  proxy.cut();
  proxy.heal();

  const told = [first, ...(await collect(events))];
  expectOrder(told);
  expect(typesOf(told)).toEqual(typesOf(all));
  expect(told.at(-1)).toMatchObject({ status: 'SUCCEEDED', imagesStored: 1 });
});
