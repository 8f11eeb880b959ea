export interface StartErrorOptions extends ErrorOptions {
  readonly exitCode?: number;
}

/** The server cannot start as things are. The message is for the person who starts it and says what to do. */
export class StartError extends Error {
  readonly exitCode: number;

  constructor(message: string, { exitCode = 1, ...options }: StartErrorOptions = {}) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
