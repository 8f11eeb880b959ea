import { createKeys, pepper } from '../api-keys.ts';
import type { Benchmark } from '../benchmark.ts';
import { readGenerationId, toGenerateBody } from '../generations.ts';
import { createHttpClient, type HttpClient, loadFor } from '../http-load.ts';
import { median, timesOf } from '../measure.ts';
import { seedHistory } from '../seed-history.ts';
import { type ServerProcess, startServer } from '../server-process.ts';

const users = 16;
const historySize = 10_000;
const turns = 6;
const pairs = 32;
const sliceMilliseconds = 350;
const looks = 400;

const keysAlone = { API_KEY_PEPPER: pepper, RATE_LIMIT_POINTS: '0', RATE_LIMIT_KEY_POINTS: '0' };
/** So much that nobody gets there: what is measured is the counting. */
const limits = {
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

/** Three servers on one database: one where nobody is asked, one with keys alone, and one with keys, rate limits and quotas. */
export const protectionCost: Benchmark = {
  name: 'protection',
  rows: [
    {
      what: 'a small query with an API key: its p50, above that as the local user',
      unit: 'ms',
      bar: { atMost: 0.3 },
    },
    {
      what: `generateImage accepted, ${users} users with rate limits and quotas, to as many without`,
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
    const start = (environment: Readonly<Record<string, string>>) =>
      startServer({ workspace, role: 'api', environment });
    const open = stack.use(await start({}));
    const keyed = stack.use(await start(keysAlone));
    const limited = stack.use(await start(limits));
    const connect = ({ url }: ServerProcess, connections: number, key?: string) =>
      stack.use(createHttpClient(url, connections, key === undefined ? undefined : `Bearer ${key}`));
    const local = connect(open, 1);
    const own = connect(keyed, 1, ownKey);
    const connectEach = (server: ServerProcess) => keys.map((key) => connect(server, 1, key));
    const connectAll = (server: ServerProcess) => {
      const client = connect(server, users, ownKey);
      return keys.map(() => client);
    };
    const each = { plain: connectEach(keyed), limited: connectEach(limited) };
    const together = { plain: connectAll(keyed), limited: connectAll(limited) };
    let number = 0;
    const generate = () => toGenerateBody({ prompt: `A serene landscape, number ${number++}` });
    const measure = async () => [
      { value: await compareTimes(local, own) },
      { value: await compareRates(each, generate, readGenerationId) },
      { value: await compareRates(together, generate, readGenerationId) },
      { value: await compareRates(together, () => page, checkPage) },
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
  for (let turn = 0; turn < turns; turn += 1) {
    times.local.push(...(await timesOf(looks, () => local.post(viewer))));
    times.own.push(...(await timesOf(looks, () => own.post(viewer))));
  }
  return median(times.own) - median(times.local);
}

type Side = 'plain' | 'limited';
type Clients = Readonly<Record<Side, readonly HttpClient[]>>;

/**
 * In short turns, each side first in half of them, so that what disturbs the machine for a while disturbs both: the median of the
 * ratios.
 */
async function compareRates(clients: Clients, body: () => string, check: (answer: Buffer) => void): Promise<number> {
  const rate = async (each: readonly HttpClient[]) => {
    const loads = each.map((client) =>
      loadFor({ client, connections: 1, milliseconds: sliceMilliseconds, body, check }),
    );
    return (await Promise.all(loads)).reduce((sum, { ratePerSecond }) => sum + ratePerSecond, 0);
  };
  const ratios: number[] = [];
  while (ratios.length < pairs) {
    const [first, second] = ratios.length % 2 === 0 ? (['plain', 'limited'] as const) : (['limited', 'plain'] as const);
    const rates = { [first]: await rate(clients[first]), [second]: await rate(clients[second]) } as Record<
      Side,
      number
    >;
    ratios.push(rates.limited / rates.plain);
  }
  return median(ratios);
}
