import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import { createMigrationAdapter } from './migration-adapter.ts';
import type { Migration } from './migration-files.ts';

export interface MigrationEngine extends AsyncDisposable {
  /** Applies what the database lacks, and writes `_prisma_migrations` as `prisma migrate deploy` does. */
  apply(migrations: readonly Migration[]): Promise<readonly string[]>;
  /** The SQL that leads from the migrations to the schema; undefined when they agree. Makes a database of its own. */
  diff(migrations: readonly Migration[], schema: string): Promise<string | undefined>;
}

const everything = { externalTables: [], externalEnums: [] };

/** Prisma's own migration engine, in WebAssembly, so that nothing has to be downloaded. */
export async function createMigrationEngine(url: string): Promise<MigrationEngine> {
  await loadEngine();
  const adapter = createMigrationAdapter(url);
  const ignoreLog = () => undefined;
  const engine = await bindings.SchemaEngine.new(
    { datamodels: undefined },
    ignoreLog,
    bindMigrationAwareSqlAdapterFactory(adapter),
  );
  return {
    async apply(migrations) {
      const output = await engine.applyMigrations({ migrationsList: toList(migrations), filters: everything });
      return output.appliedMigrationNames;
    },
    async diff(migrations, schema) {
      const { exitCode, stdout } = await engine.diff({
        from: { tag: 'migrations', ...toList(migrations) },
        to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: schema }] },
        script: true,
        exitCode: true,
        filters: everything,
      });
      return exitCode === 0 ? undefined : (stdout ?? '');
    },
    async [Symbol.asyncDispose]() {
      engine.free();
      await adapter[Symbol.asyncDispose]();
    },
  };
}

// TypeScript knows WebAssembly only among the types of browsers.
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>;
  instantiate(module: object, imports: object): Promise<{ readonly exports: Readonly<Record<string, unknown>> }>;
};

let loading: Promise<void> | undefined;

// The bindings keep one instance per process. Node does not load .wasm files by `import` without a flag.
function loadEngine(): Promise<void> {
  loading ??= instantiateEngine();
  return loading;
}

async function instantiateEngine(): Promise<void> {
  const bindingsFile = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const module = await WebAssembly.compile(await readFile(bindingsFile.replace(/\.js$/, '.wasm')));
  // Where the bindings look for somebody who takes what a panic says. Thrown on, it replaces a bare “unreachable”.
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: throwPanic } });
  const imports = { ...bindings, ...timersThatLetGo() };
  const { exports } = await WebAssembly.instantiate(module, { './schema_engine_bg.js': imports });
  bindings.__wbg_set_wasm(exports);
  const { __wbindgen_start: start } = exports;
  if (typeof start === 'function') start();
}

/** The engine gives its lock ten seconds and leaves that timer behind: it would keep the process alive for so long. */
function timersThatLetGo(): Readonly<Record<string, unknown>> {
  const names = Object.keys(bindings).filter((name) => name.startsWith('__wbg_setTimeout_'));
  const start = (callback: () => void, milliseconds: number) => setTimeout(callback, milliseconds).unref();
  return Object.fromEntries(names.map((name) => [name, start]));
}

function throwPanic(message: string): never {
  throw new Error(`Prisma's migration engine failed: ${message}`);
}

function toList(migrations: readonly Migration[]): bindings.MigrationList {
  return {
    baseDir: 'prisma/migrations',
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
    })),
  };
}
