import { startAutomatic1111Standin } from '../../support/standins/automatic1111.ts';
import { startCloudflareStandin } from '../../support/standins/cloudflare.ts';
import { startComfyuiStandin } from '../../support/standins/comfyui.ts';
import { startFalStandin } from '../../support/standins/fal.ts';
import { startGeminiStandin } from '../../support/standins/gemini.ts';
import { startOpenAIStandin } from '../../support/standins/openai.ts';
import { startReplicateStandin } from '../../support/standins/replicate.ts';
import { startRunpodStandin } from '../../support/standins/runpod.ts';
import { type Answer, type Standin, sendJson } from '../../support/standins/standin.ts';

export interface VendorStandin {
  /** The first part of its models' slugs. */
  readonly name: string;
  readonly standin: Standin;
  /** The request by which pictures are asked for. */
  readonly call: RegExp;
}

export interface AllVendors extends AsyncDisposable {
  readonly vendors: readonly VendorStandin[];
  /** What points a server at them, keys apart. */
  readonly environment: Readonly<Record<string, string>>;
}

export async function startAllVendors(): Promise<AllVendors> {
  const stack = new AsyncDisposableStack();
  const openai = stack.use(await startOpenAIStandin());
  const nebius = stack.use(await startOpenAIStandin({ dialect: 'nebius' }));
  const gemini = stack.use(await startGeminiStandin());
  const cloudflare = stack.use(await startCloudflareStandin());
  const runpod = stack.use(await startRunpodStandin());
  const comfyui = stack.use(await startComfyuiStandin());
  const automatic1111 = stack.use(await startAutomatic1111Standin());
  const replicate = stack.use(await startReplicateStandin());
  const fal = stack.use(await startFalStandin());
  return {
    vendors: [
      { name: 'openai', standin: openai, call: /generations$/ },
      { name: 'nebius', standin: nebius, call: /generations$/ },
      { name: 'gemini', standin: gemini, call: /enerateContent/ },
      { name: 'cloudflare', standin: cloudflare, call: /\/ai\/run\// },
      { name: 'runpod', standin: runpod, call: /\/run$/ },
      { name: 'comfyui', standin: comfyui, call: /\/prompt$/ },
      { name: 'automatic1111', standin: automatic1111, call: /txt2img$/ },
      { name: 'replicate', standin: replicate, call: /\/predictions$/ },
      { name: 'fal', standin: fal, call: /./ },
    ],
    environment: {
      OPENAI_BASE_URL: `${openai.url}/v1`,
      NEBIUS_API_ENDPOINT: `${nebius.url}/v1`,
      GEMINI_BASE_URL: gemini.url,
      CLOUDFLARE_BASE_URL: `${cloudflare.url}/client/v4`,
      RUNPOD_API_URL: runpod.endpointUrl,
      COMFYUI_URL: comfyui.url,
      REPLICATE_BASE_URL: `${replicate.url}/v1`,
      FAL_BASE_URL: fal.url,
      FAL_JWKS_URL: `${fal.url}/.well-known/jwks.json`,
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Refuses a call by repeating all that came with it, wherever a vendor has words for people. */
export function echoAs(status: number, more: string): Answer {
  return ({ path, headers }, response) => {
    const words = `Refused ${path} ${Object.values(headers).join(' ')} ${more}`;
    const names = { message: words, type: words, code: words, status: words, msg: words, detail: words };
    const body = { ...names, success: false, errors: [{ ...names, code: 5000 }], error: { ...names, code: status } };
    sendJson(response, status, body, { 'x-fal-error-type': 'generic_error' });
  };
}
