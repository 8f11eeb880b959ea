import { glob, readFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/** Each may import what stands below it. What stands in one line doesn't import each other. */
const layers: readonly (readonly string[])[] = [
  ['main', 'keys'],
  ['app'],
  ['hint-targets'],
  ['services', 'vendors', 'identity'],
  ['http'],
  ['graphql'],
  ['generations'],
  ['accounts', 'inputs', 'prompts', 'queue', 'hints'],
  ['providers', 'pictures', 'storage', 'database'],
  ['network'],
  ['domain'],
];

/** What stands beside the layers, and what it may import. `cli` speaks GraphQL only. */
const besideLayers: Readonly<Record<string, readonly string[]>> = {
  cli: [],
  log: ['domain'],
  config: ['domain'],
  embedded: ['domain', 'log'],
};

/** Who else may import those, by name. */
const importersOf: Readonly<Record<string, readonly string[]>> = {
  log: layers.flat(),
  config: ['main', 'keys', 'app', 'services', 'vendors', 'identity'],
  embedded: ['services'],
};

/** A file named after one of these is an implementation of the contract beside it. */
const technologies = ['azure', 'pg-boss', 'postgres', 'redis'];
const exchangeable = ['storage', 'queue', 'hints'];
const maxLines = 250;

/** Who may have pixels in the server's process: only those who make them up themselves. The lab decodes elsewhere. */
const drawers: readonly string[] = ['providers/sketch/encode-pixels.ts', 'providers/comfyui/upload-inputs.ts'];
/** What the server has of the lab: its door, which starts the processes, and no more than types, errors and sizes beside it. */
const labDoor = 'pictures/picture-lab.ts';
const decoderSettings = 'pictures/sharp-settings.ts';

/** Both as paths inside of src. */
interface Import {
  readonly from: string;
  readonly to: string;
}

/** The folder of a file, or the name of one that lies in none. */
function partOf(path: string): string {
  return path.split('/')[0]?.replace(/\.ts$/, '') ?? '';
}

function mayImport(from: string, to: string): boolean {
  if (from === to || besideLayers[from]?.includes(to) || importersOf[to]?.includes(from)) return true;
  const [upper, lower] = [from, to].map((part) => layers.findIndex((layer) => layer.includes(part)));
  return upper !== undefined && lower !== undefined && upper !== -1 && upper < lower;
}

/** The technology that a file of an exchangeable folder is written for. */
function technologyOf(path: string): string | undefined {
  if (!exchangeable.includes(partOf(path))) return undefined;
  return technologies.find((name) => basename(path).startsWith(`${name}-`));
}

function knowsTooMuch({ from, to }: Import): boolean {
  const technology = technologyOf(to);
  if (technology === undefined || from === 'app.ts') return false;
  return dirname(from) !== dirname(to) || technologyOf(from) !== technology;
}

function findViolations(imports: readonly Import[]): readonly string[] {
  const upwards = imports.filter(({ from, to }) => !mayImport(partOf(from), partOf(to)));
  const implementations = imports.filter(knowsTooMuch);
  return [...new Set([...upwards, ...implementations])].map(({ from, to }) => `${from} imports ${to}`);
}

// TypeScript 7 has no parser for others to use. Every import of a file begins like one of these; a program that is
// started, in a process or a thread of its own, is none.
const specifiers = [
  /\b(?:import|export)\b[^'"`;]*?\bfrom\s*['"](?<path>[^'"]+)['"]/g,
  /\bimport\s*\(?\s*['"](?<path>[^'"]+)['"]/g,
];

function readImports(from: string, source: string): readonly Import[] {
  const paths = specifiers.flatMap((pattern) => [...source.matchAll(pattern)].map(({ groups }) => groups?.path ?? ''));
  const own = paths.filter((path) => path.startsWith('.'));
  return own.map((path) => ({ from, to: join(dirname(from), path) }));
}

/** Types are gone when it runs. */
function withoutTypes(source: string): string {
  return source.replace(/\b(?:import|export) type\b[^;]*;/g, '');
}

/** All that a file imports, itself included, and what that imports. */
function reach(imports: readonly Import[], start: string): ReadonlySet<string> {
  const reached = new Set([start]);
  for (const path of reached) {
    for (const { to } of imports.filter(({ from }) => from === path)) reached.add(to);
  }
  return reached;
}

interface SourceFile {
  readonly path: string;
  readonly source: string;
}

async function readSourceFiles(): Promise<readonly SourceFile[]> {
  const root = fileURLToPath(new URL('../src', import.meta.url));
  const paths = await Array.fromAsync(glob('**/*.ts', { cwd: root }));
  const written = paths.map((path) => relative(root, join(root, path))).filter((path) => !path.includes('generated/'));
  return Promise.all(written.map(async (path) => ({ path, source: await readFile(join(root, path), 'utf8') })));
}

const files = await readSourceFiles();

test('every import points down, and implementations are known to app.ts alone', () => {
  const imports = files.flatMap(({ path, source }) => readImports(path, source));
  // As many as there are at least: a reader that finds nothing would find nothing wrong.
  expect(imports.length).toBeGreaterThan(files.length);
  expect(findViolations(imports)).toEqual([]);
});

test('pictures are decoded by the lab alone, and no decoder is imported by what is behind its door', () => {
  const users = files
    .filter(({ source }) => /\bfrom 'sharp'|\bimport\(?\s*'sharp'/.test(source))
    .map(({ path }) => path);
  expect(users.filter((path) => !path.startsWith('pictures/')).sort()).toEqual([...drawers].sort());
  const decoders = users.filter((path) => path.startsWith('pictures/') && path !== decoderSettings);
  expect(decoders).toContain('pictures/convert-picture.ts');
  const imports = files.flatMap(({ path, source }) => readImports(path, withoutTypes(source)));
  const reached = reach(imports, labDoor);
  expect(reached).toContain('pictures/lab-process.ts');
  expect(decoders.filter((path) => reached.has(path))).toEqual([]);
  const outside = imports.filter(({ from }) => partOf(from) !== 'pictures');
  expect(outside.filter(({ to }) => [...reach(imports, to)].some((path) => decoders.includes(path)))).toEqual([]);
});

test('every prepared statement has a name of its own', () => {
  // Where two have one name, the driver refuses whichever comes second on a connection.
  const named =
    /\bname: (?<quote>['`])(?<name>[^'`]+)\k<quote>,\s*text\b|createStepStatement\(\{\s*name: '(?<step>[^']+)'/g;
  const names = files.flatMap(({ source }) =>
    [...source.matchAll(named)].map(({ groups }) => groups?.name ?? groups?.step ?? ''),
  );
  expect(names.length).toBeGreaterThan(50);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test(`no file has more than ${maxLines} lines`, () => {
  const long = files.filter(({ source }) => source.trimEnd().split('\n').length > maxLines);
  expect(long.map(({ path }) => path)).toEqual([]);
});

describe('the check itself', () => {
  test.each([
    ['main.ts', 'app.ts'],
    ['main.ts', 'config.ts'],
    ['services.ts', 'embedded/embedded-postgres.ts'],
    ['app.ts', 'storage/azure-image-store.ts'],
    ['http/yoga.ts', 'graphql/schema.ts'],
    ['http/health.ts', 'database/database.ts'],
    ['graphql/image.ts', 'graphql/builder.ts'],
    ['hints/postgres-hints.ts', 'database/database.ts'],
    ['storage/azure-image-store.ts', 'storage/azure-call.ts'],
    ['providers/sketch/painter.ts', 'providers/provider.ts'],
    ['providers/sketch/painter.ts', 'log.ts'],
    ['embedded/orphan.ts', 'domain/start-error.ts'],
  ])('lets %s import %s', (from, to) => {
    expect(findViolations([{ from, to }])).toEqual([]);
  });

  test.each([
    ['domain/clock.ts', 'database/database.ts'],
    ['generations/run.ts', 'graphql/schema.ts'],
    ['queue/pump.ts', 'hints/hub.ts'],
    ['storage/image-store.ts', 'pictures/decoder.ts'],
    ['network/fetch.ts', 'providers/provider.ts'],
    ['graphql/context.ts', 'config.ts'],
    ['graphql/context.ts', 'app.ts'],
    ['http/server.ts', 'embedded/orphan.ts'],
    ['embedded/orphan.ts', 'database/database.ts'],
    ['cli/main.ts', 'domain/money.ts'],
    ['cli/main.ts', 'log.ts'],
    ['config.ts', 'log.ts'],
    ['utils/strings.ts', 'domain/clock.ts'],
    ['utils/strings.ts', 'log.ts'],
    ['app.ts', 'utils/strings.ts'],
    ['app.ts', '../test/support/client.ts'],
    ['generations/run.ts', 'storage/azure-call.ts'],
    ['storage/blob-names.ts', 'storage/azure-call.ts'],
    ['queue/pg-boss-worker.ts', 'hints/postgres-hints.ts'],
    ['hints/redis-hints.ts', 'hints/postgres-hints.ts'],
  ])('does not let %s import %s', (from, to) => {
    expect(findViolations([{ from, to }])).toEqual([`${from} imports ${to}`]);
  });

  test('sees every way to import a file', () => {
    const source = [
      `import { a } from './a.ts';`,
      `import type {\n  B,\n} from "../b.ts";`,
      `import './c.ts';`,
      `export * from './d.ts';`,
      `export type { E } from './e.ts';`,
      `const f = await import('./f.ts');`,
      `type H = import('./h.ts').H;`,
      `import { readFile } from 'node:fs/promises';`,
      `import { z } from 'zod';`,
      `const text = "from elsewhere";`,
    ].join('\n');
    const names = readImports('x/y.ts', source).map(({ to }) => to);
    expect(names.sort()).toEqual(['b.ts', 'x/a.ts', 'x/c.ts', 'x/d.ts', 'x/e.ts', 'x/f.ts', 'x/h.ts']);
  });
});
