import { pino } from 'pino';
import { createRedact } from './domain/redact.ts';
import type { Secret } from './domain/secret.ts';

export type Logger = pino.Logger;

export interface LogOptions {
  readonly level: string;
  /** What is taken out of every line, wherever it stands and however it is written. */
  readonly secrets?: readonly Secret[];
  /** Default: standard error. */
  readonly destination?: pino.DestinationStream;
}

/** JSON lines on standard error, so that standard output is free for what a person asked to see. */
export function createLogger({ level, secrets = [], destination }: LogOptions): Logger {
  // By itself an error is logged as {}: neither its message nor its stack is enumerable.
  const serializers = { error: pino.stdSerializers.err };
  // The last of all: errors of others quote what they like, and bring fields of their own.
  const hooks = { streamWrite: createRedact(secrets) };
  return pino({ level, base: null, serializers, hooks }, destination ?? pino.destination({ fd: 2, sync: true }));
}
