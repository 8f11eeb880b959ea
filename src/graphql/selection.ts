import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from './context.ts';

/** The columns and relations that a client asks for, to spread into a Prisma query. */
export function toSelection(context: Context, info: GraphQLResolveInfo, path: readonly string[] = []): object {
  return queryFromInfo({ context, info, path: [...path] });
}
