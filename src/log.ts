import { pino } from 'pino';

export type Logger = pino.Logger;

export interface LogOptions {
  readonly level: string;
  /** Default: standard error. */
  readonly destination?: pino.DestinationStream;
}

/** JSON lines on standard error, so that standard output is free for what a person asked to see. */
export function createLogger({ level, destination }: LogOptions): Logger {
  // By itself an error is logged as {}: neither its message nor its stack is enumerable.
  const serializers = { error: pino.stdSerializers.err };
  return pino({ level, base: null, serializers }, destination ?? pino.destination({ fd: 2, sync: true }));
}
