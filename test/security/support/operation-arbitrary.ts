import fc from 'fast-check';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql';
import { hostileDate, hostileFloat, hostileInt, hostileText, toHostileId } from './hostile-values.ts';

/** An operation that fits the schema, with values that fit its types and nothing else. */
export interface HostileOperation {
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface OperationOptions {
  readonly schema: GraphQLSchema;
  /** Ids that there are. */
  readonly ids: readonly string[];
}

const maxDepth = 4;
const maxFields = 5;
/** Anything else would be asked to wait, and would. */
const waits = [0, -1, 301, 2_147_483_647];

/** Text of a selection, and the variables that it needs: their types and their values, by name. */
interface Selection {
  readonly text: string;
  readonly variables: readonly Variable[];
}

interface Variable {
  readonly type: string;
  readonly value: unknown;
}

/** Stands in the text for the name of the next variable. */
const placeholder = '$?';

export function createOperationArbitrary(options: OperationOptions): fc.Arbitrary<HostileOperation> {
  const { schema } = options;
  const roots = [
    { kind: 'query', type: schema.getQueryType(), weight: 6 },
    { kind: 'mutation', type: schema.getMutationType(), weight: 4 },
    { kind: 'subscription', type: schema.getSubscriptionType(), weight: 1 },
  ] as const;
  return fc.oneof(
    ...roots.flatMap(({ kind, type, weight }) =>
      type ? [{ weight, arbitrary: createRoot(options, type).map((selection) => toOperation(kind, selection)) }] : [],
    ),
  );
}

function createRoot(options: OperationOptions, type: GraphQLObjectType): fc.Arbitrary<Selection> {
  const fields = Object.values(type.getFields()).map((field) => createField(options, field, maxDepth));
  return fc.oneof(...fields);
}

function createField(
  options: OperationOptions,
  { name, args, type }: GraphQLField<unknown, unknown>,
  depth: number,
): fc.Arbitrary<Selection> {
  return fc.tuple(createArguments(options, args), createSelection(options, type, depth)).map(([given, below]) => ({
    text: `${name}${given.text}${below.text}`,
    variables: [...given.variables, ...below.variables],
  }));
}

function createArguments(options: OperationOptions, args: readonly GraphQLArgument[]): fc.Arbitrary<Selection> {
  const values = args.map((arg) => createArgument(options, arg));
  return fc.tuple(...values).map((found) => {
    const given = found.filter((one) => one !== undefined);
    const text = given.map(({ name }) => `${name}: ${placeholder}`).join(', ');
    return { text: text === '' ? '' : `(${text})`, variables: given };
  });
}

function createArgument(options: OperationOptions, { name, type, defaultValue }: GraphQLArgument) {
  const value = name === 'waitSeconds' ? fc.constantFrom(...waits) : createValue(options, type, maxDepth);
  const given = value.map((one) => ({ name, type: String(type), value: one }));
  const mayLack = name !== 'waitSeconds' && (!isNonNullType(type) || defaultValue !== undefined);
  return mayLack ? fc.option(given, { nil: undefined, freq: 2 }) : given;
}

function createSelection(options: OperationOptions, type: GraphQLOutputType, depth: number): fc.Arbitrary<Selection> {
  const named = getNamedType(type);
  if (isLeafType(named)) return fc.constant({ text: '', variables: [] });
  if (isAbstractType(named)) {
    const members = options.schema.getPossibleTypes(named).map((member) =>
      createFields(options, member, depth).map(({ text, variables }) => ({
        text: ` { __typename ... on ${member.name}${text} }`,
        variables,
      })),
    );
    return fc.oneof(...members);
  }
  return createFields(options, named as GraphQLObjectType, depth);
}

function createFields(options: OperationOptions, type: GraphQLObjectType, depth: number): fc.Arbitrary<Selection> {
  const usable = Object.values(type.getFields()).filter((field) => depth > 0 || isLeafType(getNamedType(field.type)));
  const none = { text: ' { __typename }', variables: [] };
  if (usable.length === 0) return fc.constant(none);
  return fc.subarray(usable, { minLength: 1, maxLength: Math.min(maxFields, usable.length) }).chain((fields) =>
    fc.tuple(...fields.map((field) => createField(options, field, depth - 1))).map((selections) => ({
      text: ` { ${selections.map(({ text }) => text).join(' ')} }`,
      variables: selections.flatMap(({ variables }) => variables),
    })),
  );
}

function createValue(options: OperationOptions, type: GraphQLInputType, depth: number): fc.Arbitrary<unknown> {
  if (isNonNullType(type)) return createPresent(options, type.ofType, depth);
  return fc.option(createPresent(options, type, depth), { freq: 4 });
}

function createPresent(options: OperationOptions, type: GraphQLInputType, depth: number): fc.Arbitrary<unknown> {
  if (isListType(type)) return fc.array(createValue(options, type.ofType, depth - 1), { maxLength: depth > 0 ? 3 : 0 });
  return createNamed(options, type as GraphQLNamedInputType, depth);
}

function createNamed(options: OperationOptions, type: GraphQLNamedInputType, depth: number): fc.Arbitrary<unknown> {
  if (isEnumType(type)) return fc.constantFrom(...type.getValues().map(({ name }) => name));
  if (!isInputObjectType(type)) return createScalar(options, type.name);
  const fields = Object.values(type.getFields());
  const one = (field: GraphQLInputField) => createValue(options, field.type, depth - 1);
  if (type.isOneOf) {
    const exactly = (field: GraphQLInputField) =>
      createPresent(options, field.type, depth - 1).map((value) => ({ [field.name]: value }));
    return fc.oneof(...fields.map(exactly));
  }
  const required = fields.filter(({ type: own }) => isNonNullType(own)).map(({ name }) => name);
  return fc.record(Object.fromEntries(fields.map((field) => [field.name, one(field)])), { requiredKeys: required });
}

function createScalar({ ids }: OperationOptions, name: string): fc.Arbitrary<unknown> {
  if (name === 'Int') return hostileInt;
  if (name === 'Float') return hostileFloat;
  if (name === 'Boolean') return fc.boolean();
  if (name === 'ID') return toHostileId(ids);
  if (name === 'DateTime') return hostileDate;
  // Cursors are strings too.
  return fc.oneof({ weight: 4, arbitrary: hostileText }, toHostileId(ids));
}

function toOperation(kind: HostileOperation['kind'], { text, variables }: Selection): HostileOperation {
  const named = variables.map((variable, index) => ({ ...variable, name: `v${index}` }));
  const declared = named.map(({ name, type }) => `$${name}: ${type}`).join(', ');
  let next = 0;
  const body = text.replaceAll(placeholder, () => `$v${next++}`);
  return {
    kind,
    query: `${kind}${declared === '' ? '' : `(${declared})`} { ${body} }`,
    variables: Object.fromEntries(named.map(({ name, value }) => [name, value])),
  };
}

/** For messages: an operation as somebody could send it again. */
export function describeOperation({ query, variables }: HostileOperation): string {
  return `${query}\nwith ${JSON.stringify(variables)}`;
}
