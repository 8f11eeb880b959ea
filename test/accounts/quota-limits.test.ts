import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PromptEnhancer } from '../../src/prompts/prompt-enhancer.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { cancel, follow } from '../support/documents.ts';
import { submit, waitForEnd } from '../support/generations.ts';
import { sendFiles } from '../support/multipart.ts';
import {
  askForQuota,
  changeQuota,
  createLimitedUser,
  expectCounted,
  generateWithin,
  quotaOf,
} from '../support/quota.ts';

const enhancer: PromptEnhancer = {
  provider: 'scripted',
  writtenBy: 'scripted/one',
  enhance: async ({ prompt }) => ({ text: `${prompt}, better`, costUsd: '0.006' }),
};
const clock = { now: () => Date.now() + shift };
let shift = 0;
let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom({ role: 'api', enhancer, clock });
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const input = { prompt: 'a cat' };

const enhance = /* GraphQL */ `
  mutation { enhancePrompt(input: { prompt: "a cat" }) { __typename ... on QuotaExceeded { quota { kind used limit } } } }
`;
const upload = /* GraphQL */ `
  mutation ($file: File!) { uploadImage(file: $file) { __typename ... on QuotaExceeded { quota { kind } } } }
`;
const estimate = /* GraphQL */ `
  query ($input: GenerateImageInput!) {
    estimate(input: $input) {
      __typename
      ... on Estimate { options { count width } warnings { option } costUsd secondsP50 secondsP90 withinQuota }
      ... on InvalidInput { issues { path } }
      ... on UnknownModel { available { slug } }
    }
  }
`;

/** As if this moment had come. */
const goTo = (instant: string) => {
  shift = Date.parse(instant) - Date.now();
};

test.each([
  [{ perMinute: -1 }, 'perMinute'],
  [{ running: 1_000_000_001 }, 'running'],
  [{ usdPerDay: '-0.01' }, 'usdPerDay'],
  [{ usdPerMonth: '1000000' }, 'usdPerMonth'],
])('%j is refused as a quota', async (quota, field) => {
  const user = await createLimitedUser(darkroom, { perDay: 7 });
  expect(await changeQuota(darkroom, user.id, quota)).toMatchObject({
    __typename: 'InvalidInput',
    issues: [{ path: ['quota', field] }],
  });
  expect(await quotaOf(user.client)).toMatchObject({ PER_DAY: { limit: '7.000000' } });
});

test.each([
  { usdPerDay: 'NaN' },
  { usdPerDay: '1e30' },
  { usdPerDay: '0.0000001' },
  { perDay: 1e30 },
  { perDay: 1.5 },
  { per: 1 },
])('%j is not even one', async (quota) => {
  const user = await createLimitedUser(darkroom, {});
  const { data, errors } = await askForQuota(darkroom, { userId: user.id, quota });
  expect(data?.setQuota ?? null).toBeNull();
  expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
});

test('only an administrator changes quotas, of those that there are, and the audit log tells of it', async () => {
  const user = await createLimitedUser(darkroom, { perDay: 1 });
  const own = /* GraphQL */ `mutation ($id: ID!) { setQuota(userId: $id, quota: { perDay: 100 }) { __typename } }`;
  const { data, errors } = await user.client.ask(own, { id: user.id });
  expect(data.setQuota).toBeNull();
  expect(errors).toHaveLength(1);
  expect(await quotaOf(user.client)).toMatchObject({ PER_DAY: { limit: '1.000000' } });
  expect(await changeQuota(darkroom, 'nobody', { perDay: 1 })).toMatchObject({ __typename: 'NotFound' });
  const entries = await darkroom.database.prisma.auditEntry.findMany({
    where: { action: 'quota.set' },
    orderBy: { id: 'asc' },
  });
  expect(entries.at(-1)).toMatchObject({ details: { quota: { PER_DAY: '1' } } });
});

test('limits of the configuration hold for whoever has none of their own, and null lifts them', async () => {
  await using limited = await startDarkroom({ role: 'api', config: { QUOTA_PER_DAY: 1, QUOTA_USD_PER_DAY: '5' } });
  const [plain, own, lifted] = [
    limited.client,
    ...(
      await Promise.all([
        createLimitedUser(limited, { perDay: 2 }),
        createLimitedUser(limited, { perDay: null, usdPerDay: null }),
      ])
    ).map(({ client }) => client),
  ];
  const ask = async (client = plain) => (await client.query(generateWithin, { input })).generateImage.__typename;
  expect([await ask(), await ask()]).toEqual(['GenerateImageSuccess', 'QuotaExceeded']);
  expect([await ask(own), await ask(own), await ask(own)]).toEqual([
    ...['GenerateImageSuccess', 'GenerateImageSuccess', 'QuotaExceeded'],
  ]);
  expect([await ask(lifted), await ask(lifted)]).toEqual(['GenerateImageSuccess', 'GenerateImageSuccess']);
  expect(await quotaOf(lifted ?? plain)).toEqual({});
  await expectCounted(limited.database);
});

test('a minute, a day and a month begin anew at their edge, by UTC, and what came before counts no more', async () => {
  const { client } = await createLimitedUser(darkroom, {
    perMinute: 1,
    perDay: 2,
    usdPerDay: '0.02',
    usdPerMonth: '0.03',
  });
  const ask = async (instant: string) => {
    goTo(instant);
    const { generateImage } = await client.query(generateWithin, { input });
    return generateImage.quota?.kind ?? generateImage.__typename;
  };
  expect(await ask('2031-01-30T23:58:10Z')).toBe('GenerateImageSuccess');
  expect(await ask('2031-01-30T23:58:50Z')).toBe('PER_MINUTE');
  expect(await quotaOf(client)).toMatchObject({
    PER_MINUTE: { used: '1.000000', resetsAt: '2031-01-30T23:59:00.000Z' },
    PER_DAY: { used: '1.000000', resetsAt: '2031-01-31T00:00:00.000Z' },
    USD_PER_DAY: { reserved: '0.010000', resetsAt: '2031-01-31T00:00:00.000Z' },
    USD_PER_MONTH: { reserved: '0.010000', resetsAt: '2031-02-01T00:00:00.000Z' },
  });
  expect(await ask('2031-01-30T23:59:00Z')).toBe('GenerateImageSuccess');
  // A process whose clock is behind begins no window anew.
  expect(await ask('2031-01-30T23:58:55Z')).toBe('PER_MINUTE');
  goTo('2031-01-31T00:00:00Z');
  expect(await quotaOf(client)).toMatchObject({
    PER_DAY: { used: '0.000000' },
    USD_PER_MONTH: { reserved: '0.020000' },
  });
  expect(await ask('2031-01-31T00:00:00Z')).toBe('GenerateImageSuccess');
  expect(await ask('2031-01-31T00:01:00Z')).toBe('USD_PER_MONTH');
  expect(await ask('2031-02-01T00:00:00Z')).toBe('GenerateImageSuccess');
  await expectCounted(darkroom.database);
  shift = 0;
});

test('a better wording and an upload count in the minute, and a wording in the budget', async () => {
  const { client } = await createLimitedUser(darkroom, { perMinute: 3, usdPerDay: '0.01' });
  goTo('2032-01-01T00:00:00Z');
  const ask = async () => (await client.query(enhance)).enhancePrompt;
  expect(await ask()).toMatchObject({ __typename: 'EnhancePromptSuccess' });
  expect(await ask()).toMatchObject({ __typename: 'EnhancePromptSuccess' });
  expect(await ask()).toMatchObject({ quota: { kind: 'USD_PER_DAY', used: '0.012000', limit: '0.010000' } });
  const files = { 'variables.file': new Blob(['no picture'], { type: 'image/png' }) };
  const send = async () =>
    (await sendFiles(client, { query: upload, variables: { file: null }, files })).data.uploadImage;
  expect(await send()).toMatchObject({ __typename: 'InputImageUnusable' });
  expect(await send()).toMatchObject({ __typename: 'QuotaExceeded', quota: { kind: 'PER_MINUTE' } });
  shift = 0;
  await expectCounted(darkroom.database);
});

test('an estimate says what a request would cost and whether it fits, and neither stores nor counts it', async () => {
  const { client } = await createLimitedUser(darkroom, { usdPerDay: '0.03', perMinute: 1 });
  const ask = async (more: object) => (await client.query(estimate, { input: { ...input, ...more } })).estimate;
  expect(await ask({ count: 3, style: 'noir' })).toEqual({
    __typename: 'Estimate',
    options: { count: 3, width: 64 },
    warnings: expect.any(Array),
    costUsd: '0.030000',
    secondsP50: null,
    secondsP90: null,
    withinQuota: true,
  });
  expect(await ask({ count: 4 })).toMatchObject({ costUsd: '0.040000', withinQuota: false });
  expect(await ask({ count: 40 })).toMatchObject({
    __typename: 'InvalidInput',
    issues: [{ path: ['input', 'count'] }],
  });
  expect(await ask({ model: 'no/such' })).toMatchObject({
    __typename: 'UnknownModel',
    available: [{ slug: 'blank/blank' }],
  });
  expect(await quotaOf(client)).toMatchObject({ PER_MINUTE: { used: '0.000000' } });
  await using other = await startDarkroom({ beside: darkroom });
  await waitForEnd(client, follow, await submit(client, input));
  expect((await other.client.query(estimate, { input })).estimate.secondsP90).toBeGreaterThan(0);
});

test('of all users together no more wait than the queue may hold', async () => {
  let ahead = 0;
  const shifted = { now: () => Date.now() + ahead };
  await using small = await startDarkroom({ role: 'api', config: { QUEUE_LIMIT: 2 }, clock: shifted });
  const ask = async (user: string) => (await small.as(user).query(generateWithin, { input })).generateImage;
  const first = await ask('alice');
  expect(await ask('bob')).toMatchObject({ __typename: 'GenerateImageSuccess' });
  expect(await ask('carol')).toEqual({ __typename: 'QueueFull', retryAfterSeconds: 10, message: expect.any(String) });
  await small.as('alice').query(cancel, { id: first.generation.id });
  ahead = 1_000;
  expect(await ask('carol')).toMatchObject({ __typename: 'GenerateImageSuccess' });
});
