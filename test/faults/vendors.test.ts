import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blankPicture } from '../support/blank-provider.ts';
import type { Variables } from '../support/client.ts';
import { type Answer, faults, sendJson, sendText } from '../support/standins/standin.ts';
import { conclude } from './support/conclude.ts';
import { createPrompt, type Fleet, models, startFleet } from './support/fleet.ts';
import type { Member } from './support/member.ts';
import { nebiusPriceUsd } from './support/nebius-vendor.ts';

const { asynchronous, synchronous } = models;

interface Ending {
  readonly status: string;
  readonly failure: { readonly code: string; readonly retryable: boolean } | null;
  readonly costUsd: string | null;
  readonly attempts: readonly { readonly outcome: string }[];
}

let fleet: Fleet;
let api: Member;
beforeAll(async () => {
  fleet = await startFleet();
  api = await fleet.start({ role: 'api' });
  await fleet.start({ role: 'worker' });
});
afterAll(() => fleet[Symbol.asyncDispose]());

const ending = /* GraphQL */ `
  query ($id: ID!) { generation(id: $id) { status failure { code retryable } costUsd attempts { outcome } } }
`;

async function make(model: string, input: Variables = {}): Promise<Ending & { readonly prompt: string }> {
  const prompt = createPrompt(`answers of ${model}`);
  const id = await fleet.submit(api.as('alice'), { ...input, prompt, model });
  await fleet.subscribers.follow({ id, over: 'websocket', client: () => api.as('alice') }).finished;
  const { generation } = await api.as('alice').query(ending, { id });
  return { ...generation, prompt };
}

const generations = /images\/generations/;
const limited: Answer = (_, response) => sendJson(response, 429, { detail: 'Too many' }, { 'retry-after': '1' });
const untilDate: Answer = (_, response) => {
  const date = new Date(Date.now() + 2_000).toUTCString();
  sendJson(response, 503, { detail: 'Later' }, { 'retry-after': date });
};

describe('F15 a vendor that asks for patience', () => {
  test.each([
    ['429 with seconds', limited],
    ['503 with a date', untilDate],
  ])('%s: the call is made again, and paid once', async (_, answer) => {
    fleet.nebius.interject(generations, answer);
    const made = await make(synchronous);
    expect(made).toMatchObject({ status: 'SUCCEEDED', attempts: [{ outcome: 'FAILED' }, { outcome: 'SUCCEEDED' }] });
    expect(fleet.ledger.count('accepted', made.prompt)).toBe(1);
    await conclude(fleet, { fault: 'F15', what: 'vendor answers 429 and 503' });
  });
});

describe('F16 a vendor whose answer breaks off', () => {
  /** The order is taken, and then the line is gone. */
  const accept =
    (answer: Answer): Answer =>
    (request, response) => {
      const { prompt } = JSON.parse(request.body.toString());
      fleet.ledger.note({ vendor: 'nebius', kind: 'accepted', prompt });
      return answer(request, response);
    };

  test.each<[string, Answer]>([
    ['before its head', (_, response) => void response.destroy()],
    ['in its middle', faults.cut],
  ])('of a synchronous call, %s: it is not made again, and the caller is told that nobody knows', async (_, answer) => {
    fleet.nebius.interject(generations, accept(answer));
    const made = await make(synchronous);
    expect(made).toMatchObject({ status: 'FAILED', failure: { code: 'OUTCOME_UNKNOWN' }, attempts: [{}] });
    expect(fleet.ledger.count('accepted', made.prompt)).toBe(1);
    await conclude(fleet, { fault: 'F16', what: 'answer of a synchronous call broken off' });
  });

  test('of a look at an asynchronous job: it is looked at again', async () => {
    for (const answer of [faults.cut, faults.badGateway]) fleet.runpod.interject(/status/, answer);
    const made = await make(asynchronous);
    expect(made).toMatchObject({ status: 'SUCCEEDED', attempts: [{ outcome: 'SUCCEEDED' }] });
    expect(fleet.ledger.count('accepted', made.prompt)).toBe(1);
    await conclude(fleet, { fault: 'F16', what: 'look at an asynchronous job broken off' });
  });
});

describe('F17 a vendor that never ends', () => {
  test('one that says a word now and then: the deadline ends it', async () => {
    fleet.nebius.interject(generations, async (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 200);
      await request.left;
      clearInterval(drip);
    });
    const from = performance.now();
    const made = await make(synchronous, { deadlineSeconds: 4 });
    expect(made).toMatchObject({ status: 'FAILED', failure: { code: 'TIMED_OUT' } });
    expect(performance.now() - from).toBeLessThan(15_000);
    await conclude(fleet, { fault: 'F17', what: 'answer that never ends' });
  });

  test('one that pours without an end: it is cut off, and the worker lives', async () => {
    fleet.nebius.interject(generations, async (request, response) => {
      const isOver = request.left.then(() => true);
      const piece = Buffer.alloc(1_000_000, 'A');
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"data":[{"b64_json":"');
      for (let over = false; !over; ) {
        const drained = new Promise<boolean>((resolve) => response.write(piece, () => resolve(false)));
        over = await Promise.race([isOver, drained]);
      }
    });
    expect(await make(synchronous)).toMatchObject({ status: 'FAILED' });
    expect(await make(synchronous)).toMatchObject({ status: 'SUCCEEDED' });
    await conclude(fleet, { fault: 'F17', what: 'answer without an end' });
  });
});

const picture = async () => (await blankPicture(64, 64)).toString('base64');
const reply =
  (body: (base64: string) => unknown): Answer =>
  async (_, response) =>
    sendJson(response, 200, body(await picture()));

describe('F18 a vendor that answers nonsense', () => {
  const nonsense: readonly [string, Answer][] = [
    ['a page', (_, response) => sendText(response, 200, '<html>Welcome</html>', 'text/html')],
    ['no pictures', reply(() => ({ data: [] }))],
    ['half a picture', reply((base64) => ({ data: [{ b64_json: base64.slice(0, 60) }] }))],
    ['text in place of a picture', reply(() => ({ data: [{ b64_json: btoa('no picture at all') }] }))],
    ['numbers in place of text', reply(() => ({ data: [{ b64_json: 7 }] }))],
    ['a deep nest', (_, response) => sendText(response, 200, '['.repeat(100_000), 'application/json')],
  ];
  test.each(nonsense)('%s: the generation fails, the worker lives', async (_, answer) => {
    fleet.nebius.interject(generations, answer);
    expect(await make(synchronous)).toMatchObject({ status: 'FAILED', failure: { code: 'PROVIDER_BAD_RESPONSE' } });
    await conclude(fleet, { fault: 'F18', what: 'vendor answers nonsense' });
  });

  test('more pictures than were asked for: one is kept', async () => {
    const answer = reply((base64) => ({ data: [{ b64_json: base64 }, { b64_json: base64 }] }));
    fleet.nebius.interject(generations, (request, response) => {
      const order = { vendor: 'nebius', prompt: JSON.parse(`${request.body}`).prompt } as const;
      fleet.ledger.note({ ...order, kind: 'accepted' });
      fleet.ledger.note({ ...order, kind: 'delivered', costUsd: Number(nebiusPriceUsd) });
      return answer(request, response);
    });
    expect(await make(synchronous)).toMatchObject({ status: 'SUCCEEDED' });
    await conclude(fleet, { fault: 'F18', what: 'vendor answers nonsense' });
  });

  test('a state of a job that nobody has heard of: it is waited out', async () => {
    fleet.runpod.interject(/status/, (_, response) => sendJson(response, 200, { id: 'x', status: 'DREAMING' }));
    expect(await make(asynchronous)).toMatchObject({ status: 'SUCCEEDED' });
    await conclude(fleet, { fault: 'F18', what: 'vendor answers nonsense' });
  });
});

describe('F19 whoever comes back for a picture comes too late', () => {
  const completed = {
    id: 'x',
    status: 'COMPLETED',
    output: { image_url: 'http://127.0.0.1:9/gone.png', cost: 0.0123 },
  };

  test.each([
    ['the vendor no longer knows the job', 404, { error: 'job not found' }, null],
    ['its link leads nowhere any more', 200, completed, '0.012300'],
  ])('%s: the caller is told that it is lost, and what it cost', async (_, status, body, costUsd) => {
    fleet.runpod.interject(/status/, (_, response) => sendJson(response, status, body));
    const made = await make(asynchronous);
    expect(made).toMatchObject({ status: 'FAILED', failure: { code: 'OUTPUT_LOST' }, costUsd });
    await conclude(fleet, { fault: 'F19', what: 'picture that the vendor has thrown away' });
  });
});
