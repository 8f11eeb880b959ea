import { complexityFromQuery } from '@pothos/plugin-complexity';
import {
  BREAK,
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';

/** Arguments whose values decide how long a list is. */
const sizes = ['first', 'last', 'ids'];

interface Cost {
  readonly document: DocumentNode;
  /** Whether a variable says how long a list is. */
  readonly varies: boolean;
  known?: number;
}

export type CountCost = (args: ExecutionArgs) => number | undefined;

/**
 * What an operation costs by the complexity of its fields, with the sizes of its lists. Undefined where variables do not fit:
 * then nothing is executed. Throws an error for clients where it cannot be told. Counted once for each document where no
 * variable has a say.
 */
export function createCountCost(): CountCost {
  const costs = new WeakMap<OperationDefinitionNode, Cost>();
  return ({ schema, document, operationName, contextValue, variableValues }) => {
    const operation = getOperationAST(document, operationName);
    if (!operation) return undefined;
    const cost = costs.get(operation) ?? prepare(document, operation);
    costs.set(operation, cost);
    if (cost.known !== undefined) return cost.known;
    const found = count(cost.document, { schema, ctx: contextValue as object, variables: { ...variableValues } });
    if (!cost.varies && found !== undefined) cost.known = found;
    return found;
  };
}

/** The operation with the fragments of its document: the plugin counts the first operation that it finds. */
function prepare(document: DocumentNode, operation: OperationDefinitionNode): Cost {
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const alone = { ...document, definitions: [operation, ...fragments] };
  return { document: alone, varies: hasVariableSize(alone) };
}

function hasVariableSize(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Argument({ name, value }) {
      if (!sizes.includes(name.value) || !holdsVariable(value)) return undefined;
      found = true;
      return BREAK;
    },
  });
  return found;
}

function holdsVariable(value: Parameters<typeof visit>[0]): boolean {
  let found = false;
  visit(value, {
    Variable() {
      found = true;
      return BREAK;
    },
  });
  return found;
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
