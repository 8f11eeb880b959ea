import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** A small server in the place of those that make pictures: it answers each request with the same one. */
export interface Vendor extends AsyncDisposable {
  /** Tells a server of its models. */
  readonly environment: Readonly<Record<string, string>>;
  /** The sizes of the requests with input images, oldest first. */
  readonly editBytes: readonly number[];
  readonly jobs: Jobs;
}

/** Of the slow model, whose jobs are in progress until they are finished. */
export interface Jobs {
  readonly submitted: number;
  /** How often it was asked how one of them stands. */
  readonly looks: number;
  /** All that were submitted by now. */
  finish(): void;
}

/** Answers at once, and takes an input image. The default model. */
const quickModel = 'bench/picture';
/** Speaks RunPod's protocol. */
export const slowModel = 'runpod/endpoint';

export interface VendorOptions {
  /** Where its models are written down. */
  readonly directory: string;
  /** A PNG. */
  readonly picture: Buffer;
}

export async function startVendor({ directory, picture }: VendorOptions): Promise<Vendor> {
  const base64 = picture.toString('base64');
  const pictures = createPictures(base64);
  const desk = createDesk(base64);
  const server = createServer((request, response) => {
    const answer = request.url?.startsWith('/v1/') ? pictures.answer : desk.answer;
    answer(request, response).catch((error) => response.destroy(error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const modelsFile = join(directory, `models-${crypto.randomUUID()}.json`);
  await writeFile(modelsFile, JSON.stringify(toModels(url)));
  return {
    environment: {
      MODELS_FILE: modelsFile,
      DEFAULT_MODEL: quickModel,
      RUNPOD_API_KEY: 'bench',
      RUNPOD_API_URL: `${url}/v2/bench`,
    },
    editBytes: pictures.editBytes,
    jobs: desk,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      if (server.listening) await once(server, 'close');
    },
  };
}

function toModels(url: string) {
  const definition = {
    name: 'Answers at once',
    vendorModel: 'picture',
    capabilities: { inputImages: { min: 0, max: 1 } },
    settings: { dialect: 'plain' },
  };
  return { servers: { bench: { label: 'Bench', baseUrl: `${url}/v1` } }, models: { [quickModel]: definition } };
}

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Speaks as OpenAI does. */
function createPictures(base64: string) {
  const reply = Buffer.from(JSON.stringify({ created: 0, data: [{ b64_json: base64 }] }));
  const editBytes: number[] = [];
  const answer: Answer = async (request, response) => {
    const sizeBytes = await readToEnd(request);
    if (request.url === '/v1/images/edits') editBytes.push(sizeBytes);
    send(response, reply);
  };
  return { answer, editBytes };
}

function createDesk(base64: string): Jobs & { readonly answer: Answer } {
  let submitted = 0;
  let finished = 0;
  let looks = 0;
  const look = (id: number) => {
    looks += 1;
    return id <= finished ? { id, status: 'COMPLETED', output: base64 } : { id, status: 'IN_PROGRESS' };
  };
  const submit = () => {
    submitted += 1;
    return { id: String(submitted), status: 'IN_QUEUE' };
  };
  return {
    get submitted() {
      return submitted;
    },
    get looks() {
      return looks;
    },
    finish() {
      finished = submitted;
    },
    async answer(request, response) {
      await readToEnd(request);
      const id = /\/status\/(\d+)$/.exec(request.url ?? '')?.[1];
      send(response, JSON.stringify(id === undefined ? submit() : look(Number(id))));
    },
  };
}

async function readToEnd(request: IncomingMessage): Promise<number> {
  let sizeBytes = 0;
  for await (const chunk of request) sizeBytes += chunk.length;
  return sizeBytes;
}

function send(response: ServerResponse, body: string | Buffer): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(body);
}
