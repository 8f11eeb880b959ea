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

/** The connection broke before there was a whole answer: whether the server did what it was asked is not known. */
export class AnswerLost extends CliError {
  constructor(url: string, options: ErrorOptions) {
    super(`The server at ${url} does not answer.`, options);
  }
}

/** Somebody pressed Ctrl-C, or asked the process to end. */
export class Cancelled extends CliError {
  constructor(more?: string, options: ErrorOptions = {}) {
    super(more === undefined ? 'Cancelled.' : `Cancelled. ${more}`, options);
  }
}
