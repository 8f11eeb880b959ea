import { expect, test } from 'vitest';
import type { PictureOrder, ProviderEvent } from '../../src/providers/provider.ts';
import { createSketchProvider } from '../../src/providers/sketch/sketch-provider.ts';
import { paintOne, sketchOrder } from './sketch-order.ts';

/** Only a stop gets past such a wait in the time a test has. */
const anHour = 3_600_000;

function portsInUse(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'MessagePort').length;
}

test('an abort between two passes ends at once, with the reason of the signal', async () => {
  await using provider = createSketchProvider({ stepMilliseconds: anHour });
  const controller = new AbortController();
  const reason = new Error('The user changed their mind.');
  const events = provider.generate(sketchOrder(provider, { signal: controller.signal }));
  const seen: ProviderEvent[] = [];
  const painting = (async () => {
    for await (const event of events) {
      seen.push(event);
      controller.abort(reason);
    }
  })();
  await expect(painting).rejects.toBe(reason);
  expect(seen).toEqual([{ type: 'progress', step: 1, totalSteps: 6, fraction: 1 / 6 }]);
});

test('an order that is aborted before it starts paints nothing', async () => {
  await using provider = createSketchProvider({ stepMilliseconds: anHour });
  const reason = new Error('Too late.');
  const order = sketchOrder(provider, { signal: AbortSignal.abort(reason) });
  await expect(Array.fromAsync(provider.generate(order))).rejects.toBe(reason);
});

test('an order that is aborted while all threads are busy leaves the queue', async () => {
  await using provider = createSketchProvider({ stepMilliseconds: anHour });
  const busy = Array.from({ length: 64 }, () => new AbortController());
  const paintings = busy.map(({ signal }) => Array.fromAsync(provider.generate(sketchOrder(provider, { signal }))));
  const settled = Promise.allSettled(paintings);
  for (const controller of busy.toReversed()) controller.abort(new Error('All of them.'));
  const outcomes = await settled;
  expect(outcomes.map((outcome) => outcome.status === 'rejected' && String(outcome.reason))).toEqual(
    busy.map(() => 'Error: All of them.'),
  );
});

test('leaving the loop early stops the work and frees the thread', async () => {
  await using provider = createSketchProvider({ stepMilliseconds: anHour });
  const before = portsInUse();
  for await (const event of provider.generate(sketchOrder(provider))) {
    if (event.type === 'progress') break;
  }
  expect(portsInUse()).toBe(before);
});

test('an abort leaves no listener on the signal and the thread takes the next order', async () => {
  await using provider = createSketchProvider({ stepMilliseconds: 0 });
  const controller = new AbortController();
  const listeners = countListeners(controller.signal);
  for await (const _ of provider.generate(sketchOrder(provider, { signal: controller.signal }))) break;
  await Array.fromAsync(provider.generate(sketchOrder(provider, { signal: controller.signal })));
  expect(listeners.count()).toBe(0);
  expect((await paintOne(provider)).length).toBeGreaterThan(0);
});

test('a painting whose thread dies fails in a way that may be tried again, and the next one gets a new thread', async () => {
  await using provider = createSketchProvider({ stepMilliseconds: 0 });
  // Nothing that passes the check of a request breaks the painter, so this is an order that does not pass it.
  const broken = { ...sketchOrder(provider), prompt: null } as unknown as PictureOrder;
  await expect(Array.fromAsync(provider.generate(broken))).rejects.toMatchObject({
    name: 'ProviderError',
    code: 'INTERNAL',
    retryable: true,
  });
  expect((await paintOne(provider)).length).toBeGreaterThan(0);
});

test('a provider that is disposed of while it paints ends its paintings', async () => {
  const provider = createSketchProvider({ stepMilliseconds: anHour });
  const events = provider.generate(sketchOrder(provider))[Symbol.asyncIterator]();
  await events.next();
  await events.next();
  const next = expect(events.next()).rejects.toMatchObject({ name: 'ProviderError', code: 'INTERNAL' });
  await provider[Symbol.asyncDispose]();
  await next;
});

function countListeners(signal: AbortSignal) {
  let count = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    count++;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    count--;
    remove(...args);
  };
  return { count: () => count };
}
