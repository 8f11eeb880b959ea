import type { Failure } from '../domain/failure.ts';
import type { GenerationOptions, OptionWarning } from '../domain/generation-request.ts';
import type { Prisma } from './generated/client.ts';

// These columns are written by our own statements alone, so their shape is known.

export function readOptions(json: Prisma.JsonValue): GenerationOptions {
  return json as unknown as GenerationOptions;
}

export function readWarnings(json: Prisma.JsonValue): OptionWarning[] {
  return json as unknown as OptionWarning[];
}

export function readFailure(json: Prisma.JsonValue | null): Failure | null {
  return json as unknown as Failure | null;
}
