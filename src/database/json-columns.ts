import type { Failure } from '../domain/failure.ts';
import type { GenerationOptions, GenerationRequest, OptionWarning } from '../domain/generation-request.ts';
import type { QuotaLimits } from '../domain/quota.ts';
import type { Prisma } from './generated/client.ts';

// These columns are written by our own statements alone, so their shape is known.

interface JsonColumns {
  readonly request: GenerationRequest;
  readonly options: GenerationOptions;
  readonly warnings: readonly OptionWarning[];
}

/** As they are in a row. */
export function toJsonColumns(columns: JsonColumns): Record<keyof JsonColumns, Prisma.JsonValue> {
  return columns as unknown as Record<keyof JsonColumns, Prisma.JsonValue>;
}

/** One that was stored before there were deadlines has none. */
export function readRequest(json: Prisma.JsonValue): GenerationRequest {
  return { deadlineSeconds: null, ...(json as unknown as Omit<GenerationRequest, 'deadlineSeconds'>) };
}

export function readOptions(json: Prisma.JsonValue): GenerationOptions {
  return json as unknown as GenerationOptions;
}

export function readWarnings(json: Prisma.JsonValue): OptionWarning[] {
  return json as unknown as OptionWarning[];
}

export function readFailure(json: Prisma.JsonValue | null): Failure | null {
  return json as unknown as Failure | null;
}

export function readOwnQuota(json: Prisma.JsonValue | null): QuotaLimits | null {
  return json as unknown as QuotaLimits | null;
}
