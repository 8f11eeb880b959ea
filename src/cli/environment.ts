import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

export interface Environment {
  /** Where a server of this environment listens; undefined where it takes a free port. */
  readonly serverUrl: string | undefined;
  /** What a server is shown that asks who we are. */
  readonly apiKey: string | undefined;
  /** False where NO_COLOR is set, see no-color.org. */
  readonly color: boolean;
  /** What a server that we start ourselves gets. */
  readonly ofOwnServer: NodeJS.ProcessEnv;
}

/** Reads `.env` as the server does: both must mean the same port. */
export function readEnvironment(): Environment {
  const { NO_COLOR, PORT, LOG_LEVEL, DARKROOM_API_KEY } = { ...readEnvironmentFile(), ...process.env };
  return {
    serverUrl: PORT === '0' ? undefined : `http://127.0.0.1:${PORT || 4000}`,
    apiKey: DARKROOM_API_KEY || undefined,
    color: !NO_COLOR,
    ofOwnServer: { ...process.env, HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: LOG_LEVEL || 'warn' },
  };
}

function readEnvironmentFile(): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync('.env', 'utf8'));
  } catch {
    return {};
  }
}
