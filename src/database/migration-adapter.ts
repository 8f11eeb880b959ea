import { randomUUID } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlQuery,
  type SqlResultSet,
} from '@prisma/driver-adapter-utils';
import type pg from 'pg';

export interface MigrationAdapter extends SqlMigrationAwareDriverAdapterFactory, AsyncDisposable {}

type PgAdapter = Awaited<ReturnType<PrismaPg['connect']>>;

/** Prisma's adapter with what its schema engine lacks in it. Closes the connections that the engine leaves open. */
export function createMigrationAdapter(url: string): MigrationAdapter {
  const pools: pg.Pool[] = [];
  const connectTo = async (databaseUrl: string) => {
    const adapter = await new PrismaPg(databaseUrl).connect();
    pools.push(adapter.underlyingDriver());
    return correct(adapter);
  };
  return {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: () => connectTo(url),
    // The adapter's own way ends up in the database itself when it is given a URL: the migrations would run there.
    connectToShadowDb: async () => connectTo(await createShadowDatabase(url)),
    async [Symbol.asyncDispose]() {
      await Promise.all(pools.filter((pool) => !pool.ended).map((pool) => pool.end()));
    },
  };
}

/** Only for tools, which run it on a server of their own that is thrown away. */
async function createShadowDatabase(url: string): Promise<string> {
  const shadowUrl = new URL(url);
  shadowUrl.pathname = `shadow_${randomUUID()}`;
  const adapter = await new PrismaPg(url).connect();
  await adapter.underlyingDriver().query(`CREATE DATABASE "${shadowUrl.pathname.slice(1)}"`);
  await adapter.dispose();
  return shadowUrl.href;
}

function correct(adapter: PgAdapter): SqlDriverAdapter {
  return {
    provider: adapter.provider,
    adapterName: adapter.adapterName,
    queryRaw: (query) => queryRaw(adapter, query),
    executeRaw: (query) => adapter.executeRaw(query),
    // The adapter splits a script at every semicolon, those inside texts and function bodies too, and runs the pieces
    // one by one. Sent as a whole it is one transaction, as it is with Prisma's own command line.
    executeScript: async (script) => void (await adapter.executeRaw({ sql: script, args: [], argTypes: [] })),
    startTransaction: (isolationLevel) => adapter.startTransaction(isolationLevel),
    getConnectionInfo: () => adapter.getConnectionInfo(),
    dispose: () => adapter.dispose(),
  };
}

const charOid = 18;
const textOid = 25;

/** PostgreSQL's internal type "char" is unknown to the adapter, and the engine reads it from the catalogue (prisma/orm#27403). */
async function queryRaw(adapter: PgAdapter, query: SqlQuery): Promise<SqlResultSet> {
  const characters = new Set<number>();
  const client = {
    async query(config: pg.QueryArrayConfig) {
      const result = await adapter.underlyingDriver().query(config);
      for (const [index, field] of result.fields.entries()) {
        if (field.dataTypeID !== charOid) continue;
        field.dataTypeID = textOid;
        characters.add(index);
      }
      return result;
    },
  };
  const withClient: PgAdapter = Object.create(adapter, { client: { value: client } });
  const result = await withClient.queryRaw(query);
  const columnTypes = result.columnTypes.map((type, index) =>
    characters.has(index) ? ColumnTypeEnum.Character : type,
  );
  return { ...result, columnTypes };
}
