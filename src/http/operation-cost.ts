import { complexityFromQuery } from '@pothos/plugin-complexity';
import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  type VariableNode,
  visit,
} from 'graphql';

/** Arguments whose values decide how long a list is. */
const sizes = ['first', 'last', 'ids'];

interface Cost {
  readonly document: DocumentNode;
  /** The variables that say how long a list is. */
  readonly variables: readonly string[];
  /** What was counted, by their values. */
  readonly known: Map<string, number>;
}

/** Pages have few sizes. */
const maxKnown = 100;

export type CountCost = (args: ExecutionArgs) => number | undefined;

/**
 * What an operation costs by the complexity of its fields, with the sizes of its lists. Undefined where variables do not fit:
 * then nothing is executed. Throws an error for clients where it cannot be told. Counted once for each document and sizes.
 */
export function createCountCost(): CountCost {
  const costs = new WeakMap<OperationDefinitionNode, Cost>();
  return ({ schema, document, operationName, contextValue, variableValues = {} }) => {
    const operation = getOperationAST(document, operationName);
    if (!operation) return undefined;
    const cost = costs.get(operation) ?? prepare(document, operation);
    costs.set(operation, cost);
    const key = cost.variables.map((name) => toSize(variableValues?.[name])).join();
    const known = cost.known.get(key);
    if (known !== undefined) return known;
    const found = count(cost.document, { schema, ctx: contextValue as object, variables: { ...variableValues } });
    if (found !== undefined && cost.known.size < maxKnown) cost.known.set(key, found);
    return found;
  };
}

/** The operation with the fragments of its document: the plugin counts the first operation that it finds. */
function prepare(document: DocumentNode, operation: OperationDefinitionNode): Cost {
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const alone = { ...document, definitions: [operation, ...fragments] };
  return { document: alone, variables: findSizes(alone), known: new Map() };
}

function findSizes(document: DocumentNode): readonly string[] {
  const found = new Set<string>();
  const collect = { Variable: ({ name }: VariableNode) => void found.add(name.value) };
  visit(document, {
    Argument({ name, value }) {
      if (sizes.includes(name.value)) visit(value, collect);
    },
  });
  return [...found];
}

function toSize(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return Array.isArray(value) ? `[${value.length}]` : typeof value;
}

type Options = Parameters<typeof complexityFromQuery>[1];

function count(document: DocumentNode, options: Options): number | undefined {
  try {
    return complexityFromQuery(document, options).complexity;
  } catch (error) {
    // The executor answers these in its own words. Any other error must not make an operation free.
    if (!(error instanceof GraphQLError) || hasVariablesThatFit(document, options)) throw error;
    return undefined;
  }
}

function hasVariablesThatFit({ definitions }: DocumentNode, { schema, variables = {} }: Options): boolean {
  const [operation] = definitions as readonly [OperationDefinitionNode];
  return getVariableValues(schema, operation.variableDefinitions ?? [], variables).errors === undefined;
}
