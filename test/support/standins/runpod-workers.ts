import { blankPicture } from '../blank-provider.ts';

export type JobInput = Readonly<Record<string, unknown>>;

/** A job as `/status` tells it, apart from its id. */
export interface JobState {
  readonly status: string;
  readonly delayTime?: number;
  readonly executionTime?: number;
  readonly output?: unknown;
  readonly error?: unknown;
}

export interface WorkerJob {
  readonly input: JobInput;
  /** Where the stand-in serves the picture of this job. */
  readonly pictureUrl: string;
}

/** What runs behind an endpoint. */
export interface Worker {
  /** Why a hosted endpoint answers a `/run` with 400; undefined when it takes the input. */
  findFault?(input: JobInput): string | undefined;
  /** What becomes of a job, one state a look. */
  work(job: WorkerJob): Promise<readonly JobState[]>;
}

const times = { delayTime: 824, executionTime: 3391 };
const queued: JobState = { status: 'IN_QUEUE' };
const begun: JobState = { status: 'IN_PROGRESS', delayTime: times.delayTime };
const done = (output: unknown): readonly JobState[] => [queued, begun, { status: 'COMPLETED', ...times, output }];
const failed = (error: unknown): readonly JobState[] => [queued, { status: 'FAILED', ...times, error }];

async function toBase64({ width, height, size }: JobInput): Promise<string> {
  const [first, second] = typeof size === 'string' ? size.split('*').map(Number) : [width, height];
  return (await blankPicture(Number(first ?? 64), Number(second ?? 64))).toString('base64');
}

/** A handler that somebody wrote: it takes what it knows, and tells its progress. */
const classic: Worker = {
  async work({ input }) {
    const { prompt } = input;
    if (typeof prompt !== 'string') return failed(toException('KeyError', "'prompt'"));
    const steps = [1, 2, 3, 4].map((step) => ({ ...begun, output: { progress: `${step}/4` } }));
    return [queued, begun, ...steps, { status: 'COMPLETED', ...times, output: { image: await toBase64(input) } }];
  },
};

/** What runpod-python makes of an exception that nobody caught (runpod/runpod-python, `rp_job.run_job`). */
export function toException(type: string, message: string): string {
  return JSON.stringify({
    error_type: `<class '${type}'>`,
    error_message: message,
    error_traceback: `Traceback (most recent call last):\n  File "/secret/handler.py", line 7, in handler\n${type}: ${message}\n`,
    hostname: 'host-of-the-worker',
    worker_id: '462u6mrq9s28h6',
    runpod_version: '1.7.9',
  });
}

const sdxlTypes: Readonly<Record<string, 'str' | 'int' | 'float'>> = {
  prompt: 'str',
  negative_prompt: 'str',
  height: 'int',
  width: 'int',
  seed: 'int',
  scheduler: 'str',
  num_inference_steps: 'int',
  refiner_inference_steps: 'int',
  guidance_scale: 'float',
  strength: 'float',
  image_url: 'str',
  num_images: 'int',
  high_noise_frac: 'float',
};

/** runpod-workers/worker-sdxl with the validator of runpod-python (`rp_validator.py`). */
const sdxl: Worker = {
  async work({ input }) {
    const faults = findSdxlFaults(input);
    if (faults.length > 0) return failed(faults);
    const picture = `data:image/png;base64,${await toBase64(input)}`;
    // From an input image it makes one picture, whatever was asked for.
    const count = input.image_url === undefined ? Number(input.num_images ?? 1) : 1;
    return done({ image_url: picture, images: Array(count).fill(picture), seed: input.seed ?? 42_424 });
  },
};

function findSdxlFaults(input: JobInput): readonly string[] {
  const unexpected = Object.keys(input).filter((key) => sdxlTypes[key] === undefined);
  const wrong = Object.entries(input).filter(([key, value]) => !isOfType(value, sdxlTypes[key]));
  const { num_images: count = 1 } = input;
  return [
    ...unexpected.map((key) => `Unexpected input. ${key} is not a valid input option.`),
    ...wrong.map(([key, value]) => `${key} should be <class '${sdxlTypes[key]}'> type, not <class '${typeof value}'>.`),
    ...(count === 1 || count === 2 ? [] : ['num_images does not meet the constraints.']),
  ];
}

function isOfType(value: unknown, type: string | undefined): boolean {
  if (type === undefined || value === null) return true;
  if (type === 'str') return typeof value === 'string';
  return type === 'int' ? Number.isInteger(value) : typeof value === 'number';
}

/** runpod-workers/worker-comfyui 5, `handler.py`. */
const comfyui: Worker = {
  async work({ input: { workflow, images } }) {
    if (workflow === undefined) return failed("Missing 'workflow' parameter");
    if (images !== undefined && !isImageList(images)) {
      return failed("'images' must be a list of objects with 'name' and 'image' keys");
    }
    if (/"\{\{\w+\}\}"/.test(JSON.stringify(workflow))) return failed('Workflow validation failed');
    return done({ images: [{ filename: 'ComfyUI_00001_.png', type: 'base64', data: await toBase64({}) }] });
  },
};

function isImageList(images: unknown): boolean {
  const isImage = (image: unknown) =>
    typeof image === 'object' && image !== null && 'name' in image && 'image' in image;
  return Array.isArray(images) && images.every(isImage);
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string' && value !== '';
const isPicture: Check = (value) => typeof value === 'string' && /^(?:https?:\/\/|data:image\/\w+;base64,)/.test(value);
const isWhole: Check = (value) => Number.isInteger(value);
const isSide: Check = (value) => typeof value === 'number' && value >= 256 && value <= 1536 && value % 64 === 0;
const isSize: Check = (value) => typeof value === 'string' && /^\d+\*\d+$/.test(value);
const within = (min: number, max: number): Check => {
  return (value) => typeof value === 'number' && value >= min && value <= max;
};
const oneOf = (...choices: readonly unknown[]): Check => {
  return (value) => choices.includes(value);
};

/** docs.runpod.io, `public-endpoints/models`. What is not marked there as optional is in `needs`. */
function createHosted(checks: Readonly<Record<string, Check>>, needs: readonly string[], costUsd: number): Worker {
  return {
    findFault(input) {
      const missing = needs.find((key) => input[key] === undefined);
      if (missing !== undefined) return `Invalid parameter: ${missing} is required`;
      const wrong = Object.entries(input).find(([key, value]) => checks[key]?.(value) !== true);
      return wrong && `Invalid parameter: ${wrong[0]}`;
    },
    work: async ({ pictureUrl }) => done({ image_url: pictureUrl, cost: costUsd }),
  };
}

const common = { prompt: isText, negative_prompt: isText, seed: isWhole };
const fluxFields = { ...common, width: isSide, height: isSide, image_format: oneOf('png', 'jpeg') };
const edited = { ...common, image: isPicture, size: isSize };

/** By the id of their endpoint. */
export const workers: ReadonlyMap<string, Worker> = new Map<string, Worker>([
  ['classic', classic],
  ['sdxl', sdxl],
  ['comfyui', comfyui],
  [
    'black-forest-labs-flux-1-schnell',
    createHosted({ ...fluxFields, num_inference_steps: within(1, 8), guidance: within(0, 10) }, ['prompt'], 0.00251658),
  ],
  [
    'black-forest-labs-flux-1-dev',
    createHosted(
      { ...fluxFields, num_inference_steps: within(1, 50), guidance: within(0, 10) },
      ['prompt'],
      0.02097152,
    ),
  ],
  [
    'black-forest-labs-flux-1-kontext-dev',
    createHosted(
      {
        ...edited,
        num_inference_steps: within(1, 50),
        guidance: within(0, 10),
        output_format: oneOf('png', 'jpeg'),
      },
      ['prompt', 'image'],
      0.025,
    ),
  ],
  [
    'z-image-turbo',
    createHosted(
      {
        prompt: isText,
        seed: isWhole,
        image: isPicture,
        size: isSize,
        strength: within(0, 1),
        output_format: oneOf('png', 'jpeg', 'webp'),
      },
      ['prompt'],
      0.005,
    ),
  ],
  [
    'google-nano-banana-2-edit',
    createHosted(
      {
        prompt: isText,
        images: (value) => Array.isArray(value) && value.length > 0 && value.length <= 14 && value.every(isPicture),
        aspect_ratio: (value) => typeof value === 'string' && /^\d+:\d+$/.test(value),
        resolution: oneOf('1k', '2k', '4k'),
        output_format: oneOf('png', 'jpeg'),
      },
      ['prompt', 'images'],
      0.0875,
    ),
  ],
]);
