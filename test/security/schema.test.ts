import SchemaBuilder from '@pothos/core';
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  parse,
  subscribe,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import type { Scope, Viewer } from '../../src/accounts/viewer.ts';
import { findUnscoped } from '../../src/graphql/find-unscoped.ts';
import { schema } from '../../src/graphql/schema.ts';
import { createTestViewer } from '../support/test-viewer.ts';
import { type Need, publicTypes, rootFields } from './support/root-fields.ts';

interface Root {
  /** For example `Query.node`. */
  readonly name: string;
  readonly operation: string;
  readonly field: GraphQLField<unknown, unknown>;
}

const objects = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type));
const types = objects.filter(({ name }) => !name.startsWith('__') && !/^(Query|Mutation|Subscription)$/.test(name));
const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
  Object.values(type?.getFields() ?? {}).map(
    (field): Root => ({
      name: `${type?.name}.${field.name}`,
      operation: `${type?.name}`.toLowerCase(),
      field,
    }),
  ),
);

describe('a schema that says who sees it', () => {
  test('every type and every root field says its scope, or that it is public', ({ task }) => {
    task.meta.attempts = types.length + roots.length;
    expect(types.length).toBeGreaterThan(30);
    expect(findUnscoped(schema)).toEqual([]);
  });

  test('a type and a root field that say nothing are found, also where what they say is empty', () => {
    const builder = new SchemaBuilder<{ AuthScopes: { read: boolean } }>({} as never);
    const said = { authScopes: { read: true } };
    const Bare = builder.objectRef<object>('Bare').implement({ fields: (t) => ({ one: t.int({ resolve: () => 1 }) }) });
    const Said = builder
      .objectRef<object>('Said')
      .implement({ ...said, fields: (t) => ({ bare: t.field({ type: Bare, resolve: () => ({}) }) }) });
    builder.queryType({
      fields: (t) => ({
        silent: t.field({ type: Said, resolve: () => ({}) }),
        empty: t.field({ type: Said, authScopes: {}, resolve: () => ({}) }),
        spoken: t.field({ type: Said, ...said, resolve: () => ({}) }),
      }),
    });
    expect([...findUnscoped(builder.toSchema())].sort()).toEqual(['Bare', 'Query.empty', 'Query.silent']);
  });

  test('the list of what needs what is of this schema', () => {
    expect(roots.map(({ name }) => name).sort()).toEqual(Object.keys(rootFields).sort());
  });
});

/** Who may have what, by name. */
const viewers: readonly (readonly [string, Viewer])[] = [
  ['no scope', withScopes()],
  ['READ alone', withScopes('READ')],
  ['GENERATE alone', withScopes('GENERATE')],
  ['MANAGE alone', withScopes('MANAGE')],
  ['all scopes', withScopes('READ', 'GENERATE', 'MANAGE')],
  ['the role ADMIN without MANAGE', { ...withScopes('READ', 'GENERATE'), role: 'ADMIN' }],
  ['the role ADMIN with all scopes', { ...withScopes('READ', 'GENERATE', 'MANAGE'), role: 'ADMIN' }],
];

function withScopes(...scopes: readonly Scope[]): Viewer {
  return { ...createTestViewer(crypto.randomUUID()), scopes: new Set(scopes) };
}

function hasNeeded({ role, scopes }: Viewer, need: Need): boolean {
  if (need === 'public') return true;
  if (need === 'READ or GENERATE') return scopes.has('READ') || scopes.has('GENERATE');
  return need === 'ADMIN' ? role === 'ADMIN' && scopes.has('MANAGE') : scopes.has(need);
}

const sentences: Readonly<Record<Need, string>> = {
  READ: 'This needs the scope READ.',
  GENERATE: 'This needs the scope GENERATE.',
  MANAGE: 'This needs the scope MANAGE.',
  'READ or GENERATE': 'This needs the scope READ or GENERATE.',
  ADMIN: 'This needs the role ADMIN and the scope MANAGE.',
  public: '',
};

describe('what somebody lacks the scope for', () => {
  test.for(viewers)('root fields with %s', async ([, viewer], { task }) => {
    const asked = await Promise.all(roots.map(async (root) => ({ ...root, ...(await ask(viewer, toDocument(root))) })));
    const refused = asked.flatMap(({ name, field, data, errors = [] }) => {
      const refusals = errors.filter(({ extensions }) => extensions.code === 'FORBIDDEN');
      if (refusals.length > 0) expect(data?.[field.name] ?? null).toBeNull();
      return refusals.map(({ message }) => [name, message]);
    });
    const lacking = Object.entries(rootFields).filter(([, need]) => !hasNeeded(viewer, need));
    expect(refused.sort()).toEqual(lacking.map(([name, need]) => [name, sentences[need]]).sort());
    task.meta.attempts = refused.length;
  });

  test('every type that is not public is kept from who has no scope, wherever it comes from', ({ task }) => {
    task.meta.attempts = types.length;
    const open = types.filter((type) => isOpen(type, withScopes()));
    expect(open.map(({ name }) => name).sort()).toEqual(publicTypes);
    const all = { ...withScopes('READ', 'GENERATE', 'MANAGE'), role: 'ADMIN' } as const;
    expect(types.filter((type) => !isOpen(type, all))).toEqual([]);
  });
});

/** Asks of nothing: whoever gets as far as a resolver finds no service there, which is no refusal. */
async function ask(viewer: Viewer, document: DocumentNode): Promise<ExecutionResult> {
  const contextValue = { viewer, services: {}, database: {}, loaders: {}, signal: new AbortController().signal };
  const isSubscription = document.definitions.some((node) => 'operation' in node && node.operation === 'subscription');
  const args = { schema, document, contextValue, variableValues: { file: { read: () => undefined } } };
  return (await (isSubscription ? subscribe(args) : execute(args))) as ExecutionResult;
}

/** The shortest document with this field. */
function toDocument({ operation, field }: Root): DocumentNode {
  const values: Readonly<Record<string, string>> = {
    ID: '"x"',
    '[ID!]': '["x"]',
    String: '"x"',
    Int: '1',
    File: '$file',
    CreateApiKeyInput: '{ name: "x", scopes: [READ] }',
    QuotaInput: '{ perDay: 1 }',
  };
  const args = field.args.filter(isRequiredArgument).map(({ name, type: asked }) => {
    return `${name}: ${values[String(asked).replace(/!$/, '')] ?? '{ prompt: "x" }'}`;
  });
  const given = args.length > 0 ? `(${args.join(', ')})` : '';
  const selection = isLeafType(getNamedType(field.type)) ? '' : '{ __typename }';
  const declared = given.includes('$file') ? '($file: File!)' : '';
  return parse(`${operation} ${declared} { ${field.name}${given} ${selection} }`);
}

function isOpen({ isTypeOf }: GraphQLObjectType, viewer: Viewer): boolean {
  try {
    isTypeOf?.({}, { viewer }, {} as never);
    return true;
  } catch {
    return false;
  }
}
