import type pg from 'pg';
import type { Benchmark, Measurement } from '../benchmark.ts';
import { createHttpClient, type HttpClient, loadFor } from '../http-load.ts';
import { rateOf } from '../measure.ts';
import { seedHistory } from '../seed-history.ts';
import { type ServerProcess, startServer } from '../server-process.ts';

const size = 100_000;
const pageSize = 20;
const connections = 16;
const slices = 3;
const sliceMilliseconds = 400;
const ceiling = 'one SQL statement with JSON aggregation that gives the same page, 16 connections';

/** Pages of a long history, the deep ones too. */
export const history: Benchmark = {
  name: 'history',
  rows: [
    { what: 'generations(first: 20) with images, 100,000 there', unit: '/s', bar: { atLeast: 1_500 }, ceiling },
    { what: 'the same, with a link for each image', unit: '/s', bar: { atLeast: 1_000 }, ceiling },
    { what: 'page 1 to page 1,000', unit: 'x', bar: { atMost: 1.2 } },
    { what: 'page 1 to page 5,000', unit: 'x', bar: { atMost: 1.2 } },
    { what: 'resident memory of the server after these requests', unit: 'MB' },
  ],
  async prepare(services, stack) {
    const workspace = await services.createWorkspace(stack, 'history');
    const userId = await seedHistory(workspace.pool, size);
    const server = stack.use(await startServer({ workspace, role: 'api' }));
    const client = stack.use(createHttpClient(server.url, connections));
    const afterPage = (page: number) => findCursor(workspace.pool, page * pageSize);
    const questions = {
      first: toBody('', null),
      linked: toBody('link { href }', null),
      page1000: toBody('', await afterPage(999)),
      page5000: toBody('', await afterPage(4_999)),
    };
    const readPage = () => workspace.pool.query({ name: 'page', text: pageStatement, values: [userId, pageSize] });
    // A server that has run for a while is what is measured, not the compiler that warms up.
    for (let round = 0; round < 5; round += 1) {
      for (const body of Object.values(questions)) await loadSlice(client, body);
    }
    return async () => {
      const { first, linked, page1000, page5000 } = await loadInSlices(server, client, questions);
      const best = await rateOf({ milliseconds: 800, concurrency: connections }, readPage);
      const { residentBytes } = await server.usage();
      return [
        { ...first, ceiling: best },
        { ...linked, ceiling: best },
        { value: first.value / page1000.value },
        { value: first.value / page5000.value },
        { value: residentBytes / 1024 ** 2 },
      ];
    };
  },
};

const fields = 'id prompt status createdAt';

function toBody(more: string, after: string | null): string {
  const images = `images { width height mediaType ${more} }`;
  const query = `query ($after: String) { generations(first: ${pageSize}, after: $after) { edges { node { ${fields} ${images} } } } }`;
  return JSON.stringify({ query, variables: { after } });
}

const pageStatement = `
  SELECT json_agg(json_build_object('id', page.id, 'prompt', prompt, 'status', status, 'createdAt', "createdAt", 'images', (
    SELECT coalesce(json_agg(json_build_object('width', width, 'height', height, 'mediaType', "mediaType") ORDER BY position), '[]')
    FROM "Image" WHERE "generationId" = page.id)) ORDER BY page.id DESC) AS page
  FROM (SELECT * FROM "Generation" WHERE "userId" = $1 ORDER BY id DESC LIMIT $2) page`;

async function findCursor(pool: pg.Pool, position: number): Promise<string> {
  const text = 'SELECT id FROM "Generation" ORDER BY id DESC OFFSET $1 LIMIT 1';
  const { rows } = await pool.query<{ id: string }>(text, [position - 1]);
  return Buffer.from(rows[0]?.id.replaceAll('-', '') ?? '', 'hex').toString('base64url');
}

/** The same question has the same answer every time. */
function loadSlice(client: HttpClient, body: string) {
  let length: number | undefined;
  const check = (answer: Buffer) => {
    length ??= readLength(answer);
    if (answer.length !== length) throw new Error(`A page differs: ${answer}`);
  };
  return loadFor({ client, connections, milliseconds: sliceMilliseconds, body: () => body, check });
}

function readLength(answer: Buffer): number {
  const { data, errors } = JSON.parse(answer.toString());
  const full = data?.generations?.edges?.filter(
    (edge: { node: { images: unknown[] } }) => edge.node.images.length === 1,
  );
  if (errors !== undefined || full?.length !== pageSize) throw new Error(`No full page: ${answer}`);
  return answer.length;
}

/** In turns, so that what disturbs the machine for a moment does not hit one kind alone. */
async function loadInSlices<Kind extends string>(
  server: ServerProcess,
  client: HttpClient,
  questions: Readonly<Record<Kind, string>>,
): Promise<Record<Kind, Measurement>> {
  const kinds = Object.keys(questions) as Kind[];
  const totals = new Map(kinds.map((kind) => [kind, { rate: 0, requests: 0, processor: 0 }]));
  for (let slice = 0; slice < slices; slice += 1) {
    for (const [kind, total] of totals) {
      const before = await server.usage();
      const { times, ratePerSecond } = await loadSlice(client, questions[kind]);
      const after = await server.usage();
      total.rate += ratePerSecond;
      total.requests += times.length;
      total.processor += after.processorMilliseconds - before.processorMilliseconds;
    }
  }
  const measured = [...totals].map(([kind, { rate, requests, processor }]) => {
    return [kind, { value: rate / slices, serverMilliseconds: processor / requests }] as const;
  });
  return Object.fromEntries(measured) as Record<Kind, Measurement>;
}
