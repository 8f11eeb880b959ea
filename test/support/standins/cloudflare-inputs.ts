import { Ajv } from 'ajv';
import sharp from 'sharp';
import { formSchemas, jsonSchemas } from '../../providers/cloudflare-fixtures.ts';
import { type ReceivedRequest, readForm } from './standin.ts';

export interface VendorFailure {
  readonly status: number;
  readonly code: number;
  readonly message: string;
}

export type Inputs = Readonly<Record<string, unknown>>;

/** What is wrong with a request's inputs, or the inputs. */
export type CheckedInputs = { readonly inputs: Inputs } | { readonly failure: VendorFailure };

const badInput = (reason: string) => refuse(5006, `AiError: Bad input: Error: ${reason}`);
const notValid = (reason: string) => refuse(3030, `AiError: AiError: Model input is not valid: ${reason}`);

function refuse(code: number, message: string): { readonly failure: VendorFailure } {
  return { failure: { status: 400, code, message } };
}

export async function checkInputs(model: string, request: ReceivedRequest): Promise<CheckedInputs> {
  const type = request.headers['content-type'] ?? '';
  if (model in formSchemas) {
    return type.startsWith('multipart/form-data')
      ? checkForm(model, await readForm(request))
      : badInput("required properties at '/' are 'multipart'");
  }
  if (!type.startsWith('application/json')) return badInput("required properties at '/' are 'prompt'");
  return checkJson(model, JSON.parse(request.body.toString()));
}

async function checkForm(model: string, form: FormData): Promise<CheckedInputs> {
  const parts = [...form.entries()];
  const texts = parts.filter((part): part is [string, string] => typeof part[1] === 'string');
  const checked = checkAgainst(formSchemas[model], Object.fromEntries(texts), new Ajv({ coerceTypes: true }));
  if ('failure' in checked) return checked;
  for (const [name, file] of parts.filter((part): part is [string, File] => part[1] instanceof File)) {
    if (!/^input_image_[0-3]$/.test(name)) return badInput(`Additional or unevaluated properties '/${name}'`);
    const { width, height } = await sharp(await file.arrayBuffer()).metadata();
    if (width >= 512 || height >= 512) return notValid(`${name} must be smaller than 512x512`);
  }
  return checked;
}

async function checkJson(model: string, inputs: Inputs): Promise<CheckedInputs> {
  const checked = checkAgainst(jsonSchemas[model], inputs, new Ajv());
  if ('failure' in checked) return checked;
  const image = await readSize(toBytes(inputs.image_b64 ?? inputs.image));
  const mask = await readSize(toBytes(inputs.mask));
  if (model.endsWith('-img2img') && image === undefined) return notValid('missing required input image');
  if (!model.endsWith('-inpainting')) return checked;
  if (mask === undefined) return notValid('missing required input mask_image (6e843e5d-f3f0-48ab-a355-ebe33316d602)');
  return image === mask ? checked : notValid('the mask is not as large as the image');
}

function toBytes(value: unknown): Buffer | undefined {
  if (typeof value === 'string') return Buffer.from(value, 'base64');
  return Array.isArray(value) ? Buffer.from(value) : undefined;
}

async function readSize(bytes: Buffer | undefined): Promise<string | undefined> {
  if (bytes === undefined) return undefined;
  const { width, height } = await sharp(bytes).metadata();
  return `${width}x${height}`;
}

/** Stricter than the vendor, which lets most models have fields that they do not know. */
function checkAgainst(schema: object | undefined, inputs: Inputs, ajv: Ajv): CheckedInputs {
  const told = { ...inputs };
  if (ajv.validate({ ...schema, additionalProperties: false }, told)) return { inputs: told };
  return badInput(ajv.errorsText());
}
