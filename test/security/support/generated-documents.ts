import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
  parse,
} from 'graphql';
import type { Scope } from '../../../src/accounts/viewer.ts';
import { measureDocument } from '../../../src/http/document-measure.ts';
import { createCountCost } from '../../../src/http/operation-cost.ts';
import type { Variables } from '../../support/client.ts';
import type { Place } from './places.ts';

/** What a test sends. */
export interface Question {
  readonly document: string;
  readonly variables: Variables;
}

export interface GivenValue {
  readonly place: Place;
  readonly value: string;
  /** For the other arguments, by name. */
  readonly others: Variables;
  /** The node that a field of a type is asked of. */
  readonly parentId: string;
  /** Of who asks. */
  readonly scopes: ReadonlySet<Scope>;
}

const maxDepth = 4;

/** What the server takes at once. */
const limits = { depth: 12, fields: 300, aliases: 30, cost: 1_000 };
const countCost = createCountCost();
/** Found once for each place and who asks. */
const depths = new Map<string, number>();

/** An operation that gives a value to a place, and asks for all that it leads to: as far as the server takes it at once. */
export function toQuestion(schema: GraphQLSchema, given: GivenValue): Question {
  const key = [given.place.name, ...given.scopes].join(' ');
  for (let depth = depths.get(key) ?? maxDepth; depth > 0; depth -= 1) {
    const question = toQuestionOf(given, { depth, scopes: given.scopes });
    if (!depths.has(key) && !fits(schema, question)) continue;
    depths.set(key, depth);
    return question;
  }
  throw new Error(`${given.place.name} cannot be asked for.`);
}

function fits(schema: GraphQLSchema, { document: text, variables: variableValues }: Question): boolean {
  const document = parse(text);
  const [measure] = measureDocument(document).values();
  if (measure === undefined || measure.depth > limits.depth || measure.fields > limits.fields) return false;
  if (measure.aliases > limits.aliases) return false;
  return (countCost({ schema, document, variableValues, contextValue: {} }) ?? 0) <= limits.cost;
}

/** How far a selection goes. */
interface Reach {
  readonly depth: number;
  readonly scopes: ReadonlySet<Scope>;
}

function toQuestionOf({ place, value, others, parentId }: GivenValue, reach: Reach): Question {
  const { type, field, path } = place;
  const [name = '', ...rest] = path;
  const argument = field.args.find((candidate) => candidate.name === name);
  if (argument === undefined) throw new Error(`${place.name} is no argument.`);
  const given = { ...others, [name]: putInto(argument.type, { path: rest, value, others: others[name] }) };
  const asked = field.args.filter((candidate) => candidate.name in given);
  const call = toCall(field, asked, reach);
  if (isRoot(type)) return { document: `${type.name.toLowerCase()} ${declare(asked)} { ${call} }`, variables: given };
  const document = `query ${declare(asked, '$parent: ID!')} { node(id: $parent) { __typename ... on ${type.name} { id ${call} } } }`;
  return { document, variables: { ...given, parent: parentId } };
}

function isRoot({ name }: GraphQLNamedType): boolean {
  return ['Query', 'Mutation', 'Subscription'].includes(name);
}

function toCall(field: GraphQLField<unknown, unknown>, asked: readonly GraphQLArgument[], reach: Reach): string {
  const args = asked.map(({ name }) => `${name}: $${name}`);
  return `${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''} ${toSelection(getNamedType(field.type), reach)}`;
}

function declare(asked: readonly GraphQLArgument[], ...more: readonly string[]): string {
  const declared = [...asked.map(({ name, type }) => `$${name}: ${type}`), ...more];
  return declared.length > 0 ? `(${declared.join(', ')})` : '';
}

interface Put {
  readonly path: readonly string[];
  readonly value: string;
  /** What stands beside it. */
  readonly others: unknown;
}

/** The value, in as many lists and inputs as its place lies in. */
function putInto(type: GraphQLInputType, put: Put): unknown {
  const inner = getNullableType(type);
  if (isListType(inner)) return [putInto(inner.ofType, put)];
  const [name, ...path] = put.path;
  if (name === undefined) return put.value;
  if (!isInputObjectType(inner)) throw new Error(`${inner} has no field ${name}.`);
  const field: GraphQLInputField | undefined = inner.getFields()[name];
  if (field === undefined) throw new Error(`${inner} has no field ${name}.`);
  const beside = (put.others ?? {}) as Variables;
  return { ...beside, [name]: putInto(field.type, { path, value: put.value, others: beside[name] }) };
}

/** Ids and cursors, and every way on to something that has an id. */
function toSelection(type: GraphQLNamedType, reach: Reach): string {
  if (isLeafType(type)) return '';
  if (isUnionType(type)) return toFragments(type.getTypes(), reach);
  if (isInterfaceType(type)) return '{ __typename ... on Generation { id images { id } } ... on Node { id } }';
  if (!isObjectType(type)) return '';
  const fields = Object.values(type.getFields()).flatMap((field) => toField(field, reach));
  return `{ ${['__typename', ...fields].join(' ')} }`;
}

/** Members may have fields of the same name and of different types: each gets an alias. */
function toFragments(members: readonly GraphQLNamedType[], reach: Reach): string {
  const fragments = members.flatMap((member) => {
    if (!isObjectType(member)) return [];
    const fields = Object.values(member.getFields()).flatMap((field) =>
      toField(field, reach).map((selected) => `${member.name}_${field.name}: ${selected}`),
    );
    return fields.length > 0 ? [`... on ${member.name} { ${fields.join(' ')} }`] : [];
  });
  return `{ __typename ${fragments.join(' ')} }`;
}

const told = new Set(['id', 'cursor', 'message', 'status', 'permalink', 'replayed', 'prompt', 'email']);

function toField(field: GraphQLField<unknown, unknown>, { depth, scopes }: Reach): readonly string[] {
  const type = getNamedType(field.type);
  if (field.args.some(isRequiredArgument) || !isFor(field, scopes) || !isFor(type, scopes)) return [];
  if (isLeafType(type)) return told.has(field.name) || type.name === 'ID' ? [field.name] : [];
  if (depth === 0 || !leadsOn(type)) return [];
  return [`${field.name} ${toSelection(type, { depth: depth - 1, scopes })}`];
}

const leading =
  /^(Generation|Image|User|ApiKey|AuditEntry)(Connection|Edge|Progress|Input)?$|Success$|^IdempotencyConflict$/;

function leadsOn({ name }: GraphQLNamedType): boolean {
  return leading.test(name);
}

/** Whether none of these scopes is missing. */
function isFor({ extensions }: Pick<GraphQLNamedType, 'extensions'>, scopes: ReadonlySet<Scope>): boolean {
  const { authScopes } = (extensions.pothosOptions ?? {}) as {
    readonly authScopes?: Readonly<Record<string, unknown>>;
  };
  const lacking = (['READ', 'GENERATE', 'MANAGE'] as const).filter((scope) => !scopes.has(scope));
  return !lacking.some((scope) => authScopes?.[scope.toLowerCase()] === true);
}
