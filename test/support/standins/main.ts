// `npm run standins`: every vendor on this machine, for trying the providers without an account.
import { once } from 'node:events';
import { startAutomatic1111Standin } from './automatic1111.ts';
import { startCloudflareStandin } from './cloudflare.ts';
import { startComfyuiStandin } from './comfyui.ts';
import { startFalStandin } from './fal.ts';
import { startGeminiStandin } from './gemini.ts';
import { startOpenAIStandin } from './openai.ts';
import { startReplicateStandin } from './replicate.ts';
import { startRunpodStandin } from './runpod.ts';

/** Slow enough to be watched. */
const stepMilliseconds = 300;
const key = 'any-key';

await using stack = new AsyncDisposableStack();
const openai = stack.use(await startOpenAIStandin({ port: 4101, stepMilliseconds }));
const nebius = stack.use(await startOpenAIStandin({ port: 4102, dialect: 'nebius' }));
const gemini = stack.use(await startGeminiStandin({ port: 4103, side: 1024 }));
const cloudflare = stack.use(await startCloudflareStandin({ port: 4104 }));
const runpod = stack.use(await startRunpodStandin({ port: 4105 }));
const comfyui = stack.use(await startComfyuiStandin({ port: 4106, stepMilliseconds }));
const automatic1111 = stack.use(await startAutomatic1111Standin({ port: 4107, stepMilliseconds }));
const replicate = stack.use(await startReplicateStandin({ port: 4108 }));
const fal = stack.use(await startFalStandin({ port: 4109 }));

process.stdout.write(`# Stand-ins for every vendor, until Ctrl-C. For .env:
OPENAI_API_KEY=${key}
OPENAI_BASE_URL=${openai.url}/v1
NEBIUS_API_KEY=${key}
NEBIUS_API_ENDPOINT=${nebius.url}/v1
GEMINI_API_KEY=${key}
GEMINI_BASE_URL=${gemini.url}
CLOUDFLARE_ID=account
CLOUDFLARE_API_KEY=${key}
CLOUDFLARE_BASE_URL=${cloudflare.url}/client/v4
RUNPOD_API_KEY=${key}
RUNPOD_API_URL=${runpod.endpointUrl}
COMFYUI_URL=${comfyui.url}
AUTOMATIC1111_URL=${automatic1111.url}
REPLICATE_API_TOKEN=${key}
REPLICATE_BASE_URL=${replicate.url}/v1
FAL_KEY=${key}
FAL_BASE_URL=${fal.url}
FAL_JWKS_URL=${fal.url}/.well-known/jwks.json
`);
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
