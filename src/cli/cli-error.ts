/** What ends the run, in words for the person who started it. */
export class CliError extends Error {
  readonly exitCode: number;

  constructor(message: string, { exitCode = 1, ...options }: ErrorOptions & { readonly exitCode?: number } = {}) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Something about the command is wrong. */
export class UsageError extends CliError {
  constructor(message: string, options: ErrorOptions = {}) {
    super(message, { ...options, exitCode: 2 });
  }
}

/** Somebody pressed Ctrl-C, or asked the process to end. */
export class Cancelled extends CliError {
  constructor(more?: string, options: ErrorOptions = {}) {
    super(more === undefined ? 'Cancelled.' : `Cancelled. ${more}`, options);
  }
}
