import { execFile, execFileSync } from 'node:child_process';
import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildSchema, type GraphQLSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { findBreaks, printSortedSchema } from '../../src/graphql/printed-schema.ts';
import { createTemporaryDirectory } from '../embedded/owner.ts';
import { toolPath } from '../http/server-process.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
// Without what git sets for its hooks: a test in a hook would commit into this repository.
const env = { PATH: toolPath };
const readSchema = () => readFile(join(root, 'schema.graphql'), 'utf8');

test('schema.graphql is the schema that clients get', async () => {
  expect(await readSchema(), 'run “npm run schema”').toBe(printSortedSchema());
});

test('every type, field, argument, input field and enum value has a description', async () => {
  const schema = buildSchema(await readSchema());
  const described = findDescriptions(schema);
  expect(described.size).toBeGreaterThan(200);
  const missing = [...described].filter(([, description]) => !description?.trim());
  expect(missing.map(([name]) => name)).toEqual([]);
});

/** By name, for example `Query.node(id:)`. */
function findDescriptions(schema: GraphQLSchema): ReadonlyMap<string, string | null | undefined> {
  const found = new Map<string, string | null | undefined>();
  for (const type of Object.values(schema.getTypeMap())) {
    const isBuiltIn = type.name.startsWith('__') || /^(String|Int|Float|Boolean|ID)$/.test(type.name);
    if (isBuiltIn) continue;
    found.set(type.name, type.description);
    const hasFields = isObjectType(type) || isInterfaceType(type) || isInputObjectType(type);
    for (const field of hasFields ? Object.values(type.getFields()) : []) {
      const name = `${type.name}.${field.name}`;
      found.set(name, field.description);
      const args = 'args' in field ? field.args : [];
      for (const argument of args) found.set(`${name}(${argument.name}:)`, argument.description);
    }
    for (const value of isEnumType(type) ? type.getValues() : []) {
      found.set(`${type.name}.${value.name}`, value.description);
    }
  }
  return found;
}

test('what today’s schema takes away from the clients of an earlier one is told, what it adds is not', async () => {
  const today = await readSchema();
  expect(findBreaks(today)).toEqual([]);
  expect(findBreaks(today.replace('sha256: String!', 'sha256: String!\n  md5: String!'))).toEqual([
    'Field Image.md5 was removed.',
  ]);
  expect(findBreaks(today.replace(/\n {2}"""[^"]+"""\n {2}sha256: String!\n/, '\n'))).toEqual([]);
});

test('npm run check:schema fails for a stale file and for breaks of the committed one, and passes without git', async () => {
  await using copy = await createTemporaryDirectory();
  await Promise.all([
    cp(join(root, 'src'), join(copy.path, 'src'), { recursive: true }),
    cp(join(root, 'schema.graphql'), join(copy.path, 'schema.graphql')),
    cp(join(root, 'package.json'), join(copy.path, 'package.json')),
    symlink(join(root, 'node_modules'), join(copy.path, 'node_modules')),
  ]);
  const today = await readSchema();
  const notCompared = 'No committed schema.graphql to compare with: only staleness is checked.\n';
  expect(await checkSchema(copy.path)).toEqual({ code: 0, stdout: notCompared, stderr: '' });

  const withMore = today.replace('sha256: String!', 'sha256: String!\n  md5: String!');
  commit(copy.path, await writeSchema(copy.path, withMore));
  const stale = 'schema.graphql is stale: run “npm run schema”.\n';
  const broken = 'This breaks clients of the committed schema.graphql: Field Image.md5 was removed.\n';
  expect(await checkSchema(copy.path)).toEqual({ code: 1, stdout: '', stderr: stale + broken });

  await writeSchema(copy.path, today);
  expect(await checkSchema(copy.path)).toEqual({ code: 1, stdout: '', stderr: broken });
});

async function writeSchema(directory: string, text: string): Promise<string> {
  await writeFile(join(directory, 'schema.graphql'), text);
  return 'schema.graphql';
}

function commit(directory: string, file: string): void {
  const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];
  for (const args of [
    ['init', '--quiet'],
    ['add', file],
    [...author, 'commit', '--quiet', '--no-verify', '-m', 'test'],
  ]) {
    execFileSync('git', ['-C', directory, ...args], { stdio: 'ignore', env });
  }
}

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function checkSchema(directory: string): Promise<Outcome> {
  const script = join(directory, 'src/graphql/check-schema.ts');
  const run = promisify(execFile)(process.execPath, [script], { env });
  return run.then(
    (output) => ({ code: 0, ...output }),
    ({ code, stdout, stderr }: Outcome) => ({ code, stdout, stderr }),
  );
}
