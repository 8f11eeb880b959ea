import type { Benchmark } from '../benchmark.ts';
import { openInsert } from '../ceilings.ts';
import { readGenerationId, toGenerateBody } from '../generations.ts';
import { createHttpClient, loadFor } from '../http-load.ts';
import { percentile, rateOf } from '../measure.ts';
import { startServer } from '../server-process.ts';
import { countRows } from '../services.ts';

const connections = 16;

/** Requests accepted by a server that runs none of them. */
export const accept: Benchmark = {
  name: 'accept',
  rows: [
    {
      what: `generateImage accepted, ${connections} connections, worker off`,
      unit: '/s',
      bar: { atLeast: 500, p99AtMost: 60 },
      ceiling: 'one plain insert committed, 16 connections',
    },
  ],
  async prepare(services, stack) {
    const workspace = await services.createWorkspace(stack, 'accept');
    const server = stack.use(await startServer({ workspace, role: 'api' }));
    const client = stack.use(createHttpClient(server.url, connections));
    const insert = await openInsert(workspace);
    let accepted = 0;
    const load = (milliseconds: number) =>
      loadFor({
        client,
        connections,
        milliseconds,
        body: () => toGenerateBody({ prompt: `A serene landscape with mountains at sunset, number ${accepted}` }),
        check(answer) {
          readGenerationId(answer);
          accepted += 1;
        },
      });
    // A server that has run for a while is what is measured, not the compiler that warms up.
    await load(6_000);
    return async () => {
      const before = await server.usage();
      const { times, ratePerSecond } = await load(2_500);
      const after = await server.usage();
      const rows = await countRows(workspace, '"Generation" g JOIN "Prompt" p ON p."generationId" = g.id');
      const jobs = await countRows(workspace, `pgboss.job WHERE name = 'run-generation' AND state = 'created'`);
      if (rows !== accepted || jobs !== accepted) throw new Error(`${accepted} accepted, ${rows} rows, ${jobs} jobs`);
      const serverMilliseconds = (after.processorMilliseconds - before.processorMilliseconds) / times.length;
      const ceiling = await rateOf({ milliseconds: 1_000, concurrency: connections }, insert);
      return [{ value: ratePerSecond, p99: percentile(times, 0.99), ceiling, serverMilliseconds }];
    };
  },
};
