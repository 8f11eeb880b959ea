import { buildSchema, findBreakingChanges, lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from './schema.ts';

/** The schema as clients see it, in an order that does not depend on how the files are loaded. */
export function printSortedSchema(): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}

/** What today's schema takes away from clients of an earlier one, in sentences. */
export function findBreaks(earlier: string): readonly string[] {
  return findBreakingChanges(buildSchema(earlier), schema).map((change) => change.description);
}
