import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { Answer } from '../test/support/client.ts';
import { sendFiles } from '../test/support/multipart.ts';
import type { HttpClient } from './http-load.ts';

const generate = `mutation ($input: GenerateImageInput!) {
  generateImage(input: $input) { __typename ... on GenerateImageSuccess { generation { id status } } ... on UserError { message } }
}`;

const follow = `subscription ($id: ID!) {
  generationProgress(id: $id) { sequence tick at status stage fraction step totalSteps imagesStored event { type } }
}`;

export interface Input {
  readonly prompt: string;
  readonly steps?: number;
  /** Default: the configured one. */
  readonly model?: string;
}

export function toGenerateBody(input: Input): string {
  return JSON.stringify({ query: generate, variables: { input } });
}

/** The id of the accepted generation. Throws for any other answer. */
export function readGenerationId(answer: Buffer): string {
  return findId(JSON.parse(answer.toString())) ?? refuse(answer.toString());
}

function findId({ data, errors }: Answer): string | undefined {
  return errors === undefined ? data?.generateImage?.generation?.id : undefined;
}

function refuse(answer: string): never {
  throw new Error(`Not accepted: ${answer}`);
}

export async function submit(client: HttpClient, input: Input): Promise<string> {
  return readGenerationId(await client.post(toGenerateBody(input)));
}

/** With this file for its one input image. */
export async function submitWithFile(url: string, input: Input, file: Blob): Promise<string> {
  const variables = { input: { ...input, inputImages: [{ file: null }] } };
  const files = { 'variables.input.inputImages.0.file': file };
  const answer = await sendFiles({ url, headers: {} }, { query: generate, variables, files });
  return findId(answer) ?? refuse(JSON.stringify(answer));
}

export interface Frame {
  readonly sequence: number;
  readonly tick: number;
  readonly status: string;
  readonly step: number | null;
}

/** A socket that is open already when it resolves. */
export async function openSocket(url: string, authorization?: string): Promise<Client> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: authorization === undefined ? {} : { authorization },
    lazy: false,
    retryAttempts: 0,
    onNonLazyError: () => undefined,
    on: { connected: resolve },
  });
  await promise;
  return client;
}

/** Follows a generation to its end and answers its last frame. Throws when the stream ends with an error or too early. */
export async function followToEnd(socket: Client, id: string, onFrame: (frame: Frame) => void = () => undefined) {
  const { promise, resolve, reject } = Promise.withResolvers<Frame>();
  let last: Frame | undefined;
  socket.subscribe<{ generationProgress: Frame }>(
    { query: follow, variables: { id } },
    {
      next({ data, errors }) {
        if (errors !== undefined || !data) return reject(new Error(JSON.stringify(errors)));
        last = data.generationProgress;
        onFrame(last);
      },
      error: (error) => reject(new Error('A subscription failed.', { cause: error })),
      complete: () => (last?.status === 'SUCCEEDED' ? resolve(last) : reject(new Error(`Ended: ${last?.status}`))),
    },
  );
  return promise;
}
