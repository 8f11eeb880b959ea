import type { ServerResponse } from 'node:http';
import sharp from 'sharp';
import { formSchemas, jsonSchemas } from '../../providers/cloudflare-fixtures.ts';
import { blankPicture } from '../blank-provider.ts';
import { checkInputs, type Inputs, type VendorFailure } from './cloudflare-inputs.ts';
import { type Answer, type ReceivedRequest, type Standin, sendJson, startStandin } from './standin.ts';

/** Who may call. What is left out may be anything. */
interface Keys {
  readonly apiKey?: string;
  readonly accountId?: string;
}

export interface CloudflareStandinOptions extends Keys {
  readonly port?: number;
}

/** Workers AI's text-to-image models. Its base URL is the stand-in's with `/client/v4` behind it. */
export async function startCloudflareStandin(options: CloudflareStandinOptions = {}): Promise<Standin> {
  const { port, ...keys } = options;
  return startStandin((request, response) => answer(request, response, keys), port === undefined ? {} : { port });
}

async function answer(request: ReceivedRequest, response: ServerResponse, keys: Keys): Promise<void> {
  const model = findModel(request.path);
  const failure = findFault(request, keys);
  if (failure !== undefined || model === undefined) return sendFailure(response, failure ?? noRoute);
  const checked = await checkInputs(model, request);
  if ('failure' in checked) return sendFailure(response, checked.failure);
  if (/\bnsfw\b/i.test(String(checked.inputs.prompt))) return sendFailure(response, refusal);
  return sendPicture(response, model, checked.inputs);
}

const noRoute = { status: 400, code: 7000, message: 'No route for that URI' };
const refusal = { status: 400, code: 3030, message: 'AiError: AiError: Input prompt contains NSFW content.' };

/** Slashes have to be slashes: `%2F` leads nowhere. */
const route = /^\/client\/v4\/accounts\/(?<account>[^/]+)\/ai\/run\/(?<model>@cf\/[^/%?]+\/[^/%?]+)$/;

function findModel(path: string): string | undefined {
  return route.exec(path)?.groups?.model;
}

function findFault({ method, path, headers }: ReceivedRequest, { apiKey, accountId }: Keys): VendorFailure | undefined {
  const { account, model } = route.exec(path)?.groups ?? {};
  if (account === undefined || model === undefined || method !== 'POST') return noRoute;
  const [, token] = /^Bearer (\S+)$/.exec(headers.authorization ?? '') ?? [];
  if (token === undefined) return { status: 400, code: 6003, message: 'Invalid request headers' };
  if (token !== (apiKey ?? token)) return { status: 401, code: 10000, message: 'Authentication error' };
  if (account !== (accountId ?? account)) {
    const message = `Could not route to ${path}, perhaps your object identifier is invalid?`;
    return { status: 404, code: 7003, message };
  }
  if (model in jsonSchemas || model in formSchemas) return undefined;
  return { status: 400, code: 5007, message: `AiError: No such model ${model} or task` };
}

function sendFailure(response: ServerResponse, { status, code, message }: VendorFailure): void {
  sendJson(response, status, { errors: [{ message, code }], success: false, result: {}, messages: [] });
}

/** For tests that want a certain failure. */
export function failWith(failure: VendorFailure): Answer {
  return (_, response) => sendFailure(response, failure);
}

interface Size {
  readonly width: number;
  readonly height: number;
}

interface FileReply {
  readonly mediaType: string;
  draw(size: Size): Promise<Buffer>;
}

const drawPng = ({ width, height }: Size) => blankPicture(width, height);
const drawJpeg = ({ width, height }: Size) =>
  sharp({ create: { width, height, channels: 3, background: '#808080' } })
    .jpeg()
    .toBuffer();

const png: FileReply = { mediaType: 'image/png', draw: drawPng };
const jpeg: FileReply = { mediaType: 'image/jpeg', draw: drawJpeg };

/** The models that answer with a file. All others answer with JSON. */
const fileReplies: Readonly<Record<string, FileReply>> = {
  '@cf/leonardo/phoenix-1.0': jpeg,
  '@cf/stabilityai/stable-diffusion-xl-base-1.0': png,
  // Its header says what it is not, as the vendor's does.
  '@cf/bytedance/stable-diffusion-xl-lightning': { ...jpeg, mediaType: png.mediaType },
  '@cf/lykon/dreamshaper-8-lcm': png,
  '@cf/runwayml/stable-diffusion-v1-5-img2img': png,
  '@cf/runwayml/stable-diffusion-v1-5-inpainting': png,
};

async function sendPicture(response: ServerResponse, model: string, { width, height }: Inputs): Promise<void> {
  const size = { width: Number(width ?? 1024), height: Number(height ?? 1024) };
  const reply = fileReplies[model];
  if (reply !== undefined) {
    response.writeHead(200, { 'content-type': reply.mediaType }).end(await reply.draw(size));
    return;
  }
  const image = (await drawJpeg(size)).toString('base64');
  sendJson(response, 200, { result: { image }, success: true, errors: [], messages: [] });
}
