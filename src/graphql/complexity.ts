import { type GraphQLField, getNamedType, getNullableType, isLeafType, isListType } from 'graphql';
import { defaultPageSize, maxPageSize } from './page-size.ts';

/** Of a column: its row was read already. */
const leafCost = 0.1;
/** How long a list is taken to be that no argument bounds. */
const assumedLength = 5;

interface Arguments {
  readonly first?: unknown;
  readonly last?: unknown;
  readonly ids?: unknown;
}

/**
 * What a field costs that says nothing else: 1 for a thing that is looked up, a tenth for a column, and what is asked of the
 * things in a list times as many as there may be.
 */
export function toComplexity(args: Arguments, _: unknown, { type }: Pick<GraphQLField<unknown, unknown>, 'type'>) {
  const named = getNamedType(type);
  if (isLeafType(named)) return leafCost;
  if (named.name === 'PageInfo') return { field: leafCost, multiplier: 0 };
  // The page that they are of was counted already.
  if (named.name.endsWith('Edge')) return { field: 0, multiplier: 1 };
  if (named.name.endsWith('Connection')) return { field: 1, multiplier: toPageSize(args) };
  return { field: 1, multiplier: isListType(getNullableType(type)) ? toLength(args) : 1 };
}

/** More than a page holds is refused where it is asked for, with a better reason. */
function toPageSize({ first, last }: Arguments): number {
  const size = first ?? last;
  return typeof size === 'number' ? Math.min(Math.max(size, 1), maxPageSize) : defaultPageSize;
}

function toLength({ ids }: Arguments): number {
  return Array.isArray(ids) ? ids.length : assumedLength;
}
