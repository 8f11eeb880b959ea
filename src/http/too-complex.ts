import { GraphQLError } from 'graphql';

export interface Excess {
  /** Its name for programs. */
  readonly limit: string;
  /** What is counted, in words. */
  readonly what: string;
  readonly asked: number;
  readonly allowed: number;
}

/** An operation that asks for more than one operation may. The same again is refused again. */
export function createTooComplex({ limit, what, asked, allowed }: Excess): GraphQLError {
  const message = `An operation may have ${write(allowed)} ${what}; this one has ${write(asked)}.`;
  return new GraphQLError(message, { extensions: { code: 'OPERATION_TOO_COMPLEX', limit, asked, allowed } });
}

function write(count: number): string {
  return count.toLocaleString('en-US');
}
