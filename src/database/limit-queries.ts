import type pg from 'pg';

/** How long a connection and an answer may take together. A statement that found its connection late still gets the least. */
const limits = { togetherMilliseconds: 4_700, mostMilliseconds: 2_700, leastMilliseconds: 500 };

type Query = pg.ClientBase['query'];

/** pg takes it, its types do not know it. */
type TimedQuery = pg.QueryConfig & { readonly query_timeout: number };

/** The queries of a client that was wished for at `startedAt`: whoever waited long for it has less time left. */
export function limitQueries(client: pg.ClientBase, startedAt: number): { readonly query: Query } {
  const query = (statement: string | pg.QueryConfig, values?: unknown[]) => {
    const left = startedAt + limits.togetherMilliseconds - performance.now();
    // The usual case: the client's own limit is this one, and setting it anew for each statement costs.
    if (left >= limits.mostMilliseconds) return client.query(statement as string, values as []);
    const config =
      typeof statement === 'string' ? { text: statement, ...(values === undefined ? {} : { values }) } : statement;
    const query_timeout = Math.max(limits.leastMilliseconds, Math.min(limits.mostMilliseconds, Math.ceil(left)));
    const limited: TimedQuery = { ...config, query_timeout };
    return client.query(limited);
  };
  return { query: query as Query };
}

/** Makes the pool's own `query` keep to the limits. Like pg's, it closes a connection whose statement failed. */
export function limitPool(pool: pg.Pool): void {
  const query = async (statement: string | pg.QueryConfig, values?: unknown[]) => {
    const startedAt = performance.now();
    const client = await pool.connect();
    // A connection that breaks fails the statement that runs; without a listener it would end the process as well.
    client.on('error', ignore);
    const release = (error?: Error) => {
      client.off('error', ignore);
      client.release(error);
    };
    try {
      const result = await limitQueries(client, startedAt).query(statement as string, values as []);
      release();
      return result;
    } catch (error) {
      release(error as Error);
      throw error;
    }
  };
  pool.query = query as typeof pool.query;
}

function ignore(): void {}
