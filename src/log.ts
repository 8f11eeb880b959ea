import { pino } from 'pino';

export type Logger = pino.Logger;

export interface LogOptions {
  readonly level: string;
}

/** JSON lines on standard error, so that standard output is free for what a person asked to see. */
export function createLogger({ level }: LogOptions): Logger {
  return pino({ level, base: null }, pino.destination({ fd: 2, sync: true }));
}
