import { createKeys, pepper } from '../api-keys.ts';
import type { Benchmark } from '../benchmark.ts';
import { readGenerationId, toGenerateBody } from '../generations.ts';
import { createHttpClient, type HttpClient, loadFor } from '../http-load.ts';
import { median, timesOf } from '../measure.ts';
import { seedHistory } from '../seed-history.ts';
import { startServer } from '../server-process.ts';

const users = 16;
const historySize = 10_000;
const slices = 6;
const sliceMilliseconds = 700;
const looks = 400;

/** So much that nobody gets there: what is measured is the counting. */
const protection = {
  API_KEY_PEPPER: pepper,
  RATE_LIMIT_POINTS: '1000000000',
  RATE_LIMIT_KEY_POINTS: '1000000000',
  QUOTA_QUEUED: '1000000',
  QUOTA_RUNNING: '1000000',
  QUOTA_PER_MINUTE: '1000000',
  QUOTA_PER_DAY: '10000000',
  QUOTA_USD_PER_DAY: '100000',
  QUOTA_USD_PER_MONTH: '900000',
};

const viewer = JSON.stringify({ query: '{ viewer { id } }' });
const page = JSON.stringify({
  query:
    '{ generations(first: 20) { edges { node { id prompt status createdAt images { width height mediaType } } } } }',
});

/** Two servers on one database: one where nobody is asked, and one with keys, limits and quotas. */
export const protectionCost: Benchmark = {
  name: 'protection',
  rows: [
    {
      what: 'a small query with an API key: its p50, above that as the local user',
      unit: 'ms',
      bar: { atMost: 0.3 },
    },
    {
      what: `generateImage accepted, ${users} users with limits and quotas, to as many without`,
      unit: 'x',
      bar: { atLeast: 0.9 },
    },
    { what: 'the same, all of one user, whose counter they take in turns', unit: 'x' },
    { what: 'generations(first: 20), with limits to without', unit: 'x', bar: { atLeast: 0.9 } },
  ],
  async prepare(services, stack) {
    const workspace = await services.createWorkspace(stack, 'protection');
    const userId = await seedHistory(workspace.pool, historySize);
    const others = Array.from({ length: users }, () => crypto.randomUUID());
    const [ownKey = '', ...keys] = await createKeys(workspace, [userId, ...others]);
    const open = stack.use(await startServer({ workspace, role: 'api' }));
    const guarded = stack.use(await startServer({ workspace, role: 'api', environment: protection }));
    const connect = (url: string, connections: number, key?: string) =>
      stack.use(createHttpClient(url, connections, key === undefined ? undefined : `Bearer ${key}`));
    const local = connect(open.url, users);
    const own = connect(guarded.url, users, ownKey);
    const each = keys.map((key) => connect(guarded.url, 1, key));
    const alone = Array.from({ length: users }, () => local);
    const together = Array.from({ length: users }, () => own);
    const compare = (clients: readonly HttpClient[], body: () => string, check: (answer: Buffer) => void) =>
      compareRates({ plain: alone, protected: clients }, body, check);
    let number = 0;
    const generate = () => toGenerateBody({ prompt: `A serene landscape, number ${number++}` });
    const measure = async () => [
      { value: await compareTimes(local, own) },
      { value: await compare(each, generate, readGenerationId) },
      { value: await compare(together, generate, readGenerationId) },
      { value: await compare(together, () => page, checkPage) },
    ];
    // Servers that have run for a while are what is measured, not the compiler that warms up.
    await measure();
    return measure;
  },
};

function checkPage(answer: Buffer): void {
  if (!answer.includes('"edges":[{')) throw new Error(`No page: ${answer}`);
}

/** In milliseconds, one after the other and in turns. */
async function compareTimes(local: HttpClient, own: HttpClient): Promise<number> {
  const times = { local: [] as number[], own: [] as number[] };
  for (let turn = 0; turn < slices; turn += 1) {
    times.local.push(...(await timesOf(looks, () => local.post(viewer))));
    times.own.push(...(await timesOf(looks, () => own.post(viewer))));
  }
  return median(times.own) - median(times.local);
}

interface Clients {
  readonly plain: readonly HttpClient[];
  readonly protected: readonly HttpClient[];
}

/** In turns, so that what disturbs the machine for a moment does not hit one kind alone: the median of the ratios. */
async function compareRates(clients: Clients, body: () => string, check: (answer: Buffer) => void): Promise<number> {
  const rate = async (each: readonly HttpClient[]) => {
    const loads = each.map((client) =>
      loadFor({ client, connections: 1, milliseconds: sliceMilliseconds, body, check }),
    );
    return (await Promise.all(loads)).reduce((sum, { ratePerSecond }) => sum + ratePerSecond, 0);
  };
  const ratios: number[] = [];
  while (ratios.length < slices) {
    const plain = await rate(clients.plain);
    ratios.push((await rate(clients.protected)) / plain);
  }
  return median(ratios);
}
