import { CliError } from './cli-error.ts';
import { createRefusal, probe } from './client.ts';
import type { Environment } from './environment.ts';
import type { Address } from './post.ts';
import type { ProgressDisplay } from './progress-display.ts';
import { startServerProcess } from './server-process.ts';

/** The server of one run: one that was there, or one that ends with us. */
export interface Server extends AsyncDisposable {
  readonly url: string;
  /** Aborts when it is known that nobody can answer any more. */
  readonly stopped: AbortSignal;
  readonly isOurs: boolean;
}

export interface ServerWish {
  /** Of a server that must be running. */
  readonly url: string | undefined;
  readonly environment: Environment;
  readonly display: ProgressDisplay;
  readonly interrupted: AbortSignal;
}

/** Throws `CliError`: nothing answers at `url`, or no server could be started. */
export async function findServer({ url, environment, display, interrupted }: ServerWish): Promise<Server> {
  const { serverUrl, ofOwnServer, apiKey } = environment;
  if (url !== undefined) return useServer({ url, apiKey });
  const found = serverUrl === undefined ? 'nothing' : await probe({ url: serverUrl, apiKey });
  if (serverUrl !== undefined && found === 'closed') throw createRefusal({ url: serverUrl, apiKey });
  if (serverUrl !== undefined && found === 'darkroom') return toServer(serverUrl);
  interrupted.throwIfAborted();
  display.show({ label: 'Starting Darkroom' });
  const onStopping = () => display.show({ label: 'Stopping Darkroom' });
  return { ...(await startServerProcess({ environment: ofOwnServer, interrupted, onStopping })), isOurs: true };
}

async function useServer(address: Address): Promise<Server> {
  const { url } = address;
  const found = await probe(address);
  if (found === 'darkroom') return toServer(url);
  if (found === 'closed') throw createRefusal(address);
  throw new CliError(found === 'other' ? `What answers at ${url} is not Darkroom.` : `Nothing answers at ${url}.`);
}

function toServer(url: string): Server {
  return { url, stopped: new AbortController().signal, isOurs: false, async [Symbol.asyncDispose]() {} };
}
