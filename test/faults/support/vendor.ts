import type { ServerResponse } from 'node:http';
import { type ReceivedRequest, type Standin, startStandin } from '../../support/standins/standin.ts';
import { createGates, type Gates } from './gates.ts';
import type { Ledger } from './ledger.ts';

/** A stand-in behind a desk that keeps a ledger and decides how long work takes. */
export interface Vendor extends AsyncDisposable, Pick<Gates, 'hold'> {
  readonly url: string;
  /** The next request whose path matches is answered by this, once. Nothing of it stands in the ledger. */
  readonly interject: Standin['interject'];
}

export interface VendorOptions {
  readonly ledger: Ledger;
  /** How long it works on an order that nobody holds. */
  readonly workMilliseconds: (prompt: string) => number;
}

export interface Desk {
  readonly standin: Standin;
  readonly gates: Gates;
}

/** Answers by itself, or has `pass` ask the stand-in. */
export type AnswerDesk = (desk: Desk, request: ReceivedRequest, response: ServerResponse) => Promise<void>;

export async function startDesk(standin: Standin, answer: AnswerDesk): Promise<Vendor> {
  const gates = createGates();
  const front = await startStandin((request, response) => answer({ standin, gates }, request, response));
  return {
    url: front.url,
    hold: gates.hold,
    interject: front.interject,
    async [Symbol.asyncDispose]() {
      await front[Symbol.asyncDispose]();
      await standin[Symbol.asyncDispose]();
    },
  };
}

export interface Reply {
  readonly status: number;
  readonly text: string;
}

/** The stand-in's own answer, which is still to be given. */
export async function ask({ standin }: Desk, { method, path, headers, body }: ReceivedRequest): Promise<Reply> {
  const { authorization = '', 'content-type': mediaType = 'application/json' } = headers;
  const answer = await fetch(`${standin.url}${path}`, {
    method,
    headers: { authorization, 'content-type': mediaType },
    ...(method === 'GET' ? {} : { body: new Uint8Array(body) }),
  });
  return { status: answer.status, text: await answer.text() };
}

export function give(response: ServerResponse, { status, text }: Reply): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(text);
}
