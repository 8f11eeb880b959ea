import { StartError } from '../domain/start-error.ts';

export const usage = `Usage: npm run keys -- create --user <name> [--name <label>] [--scopes <list>] [--expires <time>] [--admin]
       npm run keys -- list [--user <name>]
       npm run keys -- revoke <prefix>
       npm run keys -- disable --user <name>
       npm run keys -- enable --user <name>

Makes, shows and takes back API keys, and keeps users out or lets them in again, on the database that the server uses.

  --user <name>     whose: a name of your choice, or issuer|subject for somebody who signs in
  --name <label>    what the key is for, in words for people (default: command line)
  --scopes <list>   read, generate and manage, with commas (default: read,generate; with --admin all)
  --expires <time>  how long it works: 90m, 12h, 30d (default: for ever)
  --admin           makes the user an admin
  --help            prints this

Exit codes: 0 done, 1 failed, 2 wrong usage, 78 wrong configuration.
`;

export const exitCodeUsage = 2;

/** What was typed is wrong. */
export class UsageError extends StartError {
  constructor(message: string, options: ErrorOptions = {}) {
    super(message, { ...options, exitCode: exitCodeUsage });
  }
}
