import { expect, test } from 'vitest';
import { eventsOf, failureOf } from '../support/orders.ts';
import { startComfyuiStandin } from '../support/standins/comfyui.ts';
import { faults, sendJson } from '../support/standins/standin.ts';
import { asking, order, pathsOf, postedPrompts } from './comfyui-fixtures.ts';

test('a job whose socket breaks is followed to its picture', async () => {
  await using standin = await startComfyuiStandin();
  const broken = Promise.withResolvers<void>();
  standin.scriptNext({ onStep: (step) => (step === 3 ? broken.promise : undefined) });
  // Long enough for the pause while nothing is heard, too short for the one of an open socket.
  const at = { pollMilliseconds: 500, timeoutMilliseconds: 4_000 };
  const events = [];
  for await (const event of order(standin, { at })) {
    events.push(event);
    if (event.type !== 'progress' || event.step !== 3) continue;
    // When the provider waits again.
    setImmediate(() => {
      standin.dropSockets();
      broken.resolve();
    });
  }
  expect(eventsOf(events, 'picture')).toHaveLength(1);
  expect(eventsOf(events, 'progress')).toHaveLength(3);
});

test('a server without sockets is asked instead', async () => {
  await using standin = await startComfyuiStandin();
  standin.server.removeAllListeners('upgrade');
  const events = await Array.fromAsync(order(standin, { at: asking }));
  expect(events.map(({ type }) => type)).toEqual(['accepted', 'account', 'picture']);
  expect(pathsOf(standin)).toContain('GET /queue');
});

test('a socket that hears nothing does not keep a job from ending', async () => {
  await using standin = await startComfyuiStandin();
  standin.scriptNext({
    onStep() {
      // As where another socket of the same client was closed.
      (standin.clients as Map<string, unknown>).clear();
    },
  });
  const events = await Array.fromAsync(order(standin, { at: { pollMilliseconds: 2 } }));
  expect(eventsOf(events, 'picture')).toHaveLength(1);
});

test('a failure that nobody heard is read from the history', async () => {
  await using standin = await startComfyuiStandin();
  standin.server.removeAllListeners('upgrade');
  standin.scriptNext({ error: { exception_type: 'ValueError', exception_message: 'bad latent' } });
  const message = 'ComfyUI failed at KSampler: bad latent';
  expect(await failureOf(order(standin, { at: asking }))).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE', message });
  standin.scriptNext({ onStep: () => standin.interrupt() });
  expect(await failureOf(order(standin, { at: asking }))).toMatchObject({
    code: 'PROVIDER_UNAVAILABLE',
    retryable: true,
  });
});

const lost = { code: 'OUTPUT_LOST', retryable: true, unstarted: false };

test('a job that a restart has forgotten is lost', async () => {
  await using standin = await startComfyuiStandin();
  standin.scriptNext({
    onStep() {
      standin.forgetJobs();
      standin.dropSockets();
    },
  });
  expect(await failureOf(order(standin, { at: asking }))).toMatchObject(lost);
});

test('a job that somebody takes out of the queue is lost', async () => {
  await using standin = await startComfyuiStandin();
  standin.scriptNext({ onStep: () => new Promise(() => {}) });
  const other = failureOf(order(standin));
  const events = order(standin, { at: { pollMilliseconds: 1 } });
  const failure = failureOf(
    (async function* () {
      for await (const event of events) {
        yield event;
        const body = JSON.stringify({ delete: [postedPrompts(standin)[1]?.prompt_id] });
        if (event.type === 'accepted') await fetch(`${standin.url}/queue`, { method: 'POST', body });
      }
    })(),
  );
  expect(await failure).toMatchObject(lost);
  standin.interrupt();
  await other;
});

test('a server that fails to answer for a while is asked again', async () => {
  await using standin = await startComfyuiStandin();
  for (const answer of [faults.badGateway, faults.garbage, faults.cut]) standin.interject(/^\/history/, answer);
  const events = await Array.fromAsync(order(standin, { at: asking }));
  expect(eventsOf(events, 'picture')).toHaveLength(1);
});

test('a server may fail to answer now and then, however often', async () => {
  await using standin = await startComfyuiStandin();
  standin.server.removeAllListeners('upgrade');
  const enough = Promise.withResolvers<void>();
  standin.scriptNext({ onStep: () => enough.promise });
  for (let look = 1; look <= 70; look += 1) {
    standin.interject(/^\/history/, faults.badGateway);
    standin.interject(/^\/history/, (_, response) => {
      if (look === 70) enough.resolve();
      sendJson(response, 200, {});
    });
  }
  const events = await Array.fromAsync(order(standin, { at: { pollMilliseconds: 1 } }));
  expect(eventsOf(events, 'picture')).toHaveLength(1);
});

test('a server that is gone for long is given up, which does not mean that it never began', async () => {
  const standin = await startComfyuiStandin();
  standin.scriptNext({ onStep: async () => standin[Symbol.asyncDispose]() });
  expect(await failureOf(order(standin, { at: { pollMilliseconds: 1 } }))).toMatchObject({
    code: 'PROVIDER_UNAVAILABLE',
    retryable: true,
    unstarted: false,
  });
});

test('the queue, which holds everybody’s workflows, is looked at rarely', async () => {
  await using standin = await startComfyuiStandin();
  standin.server.removeAllListeners('upgrade');
  const enough = Promise.withResolvers<void>();
  standin.scriptNext({ onStep: (step) => (step === 1 ? enough.promise : undefined) });
  for (let look = 1; look <= 15; look += 1) {
    standin.interject(/^\/history/, (_, response) => {
      if (look === 15) enough.resolve();
      sendJson(response, 200, {});
    });
  }
  await Array.fromAsync(order(standin, { at: { pollMilliseconds: 1 } }));
  const looksAtQueue = pathsOf(standin).filter((path) => path === 'GET /queue').length;
  const looks = pathsOf(standin).filter((path) => path.startsWith('GET /history')).length;
  expect(looks).toBeGreaterThan(15);
  expect(looksAtQueue).toBeLessThan(looks / 5);
});
