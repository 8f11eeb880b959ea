/** A workflow as it came over the wire. */
export type StandinGraph = Readonly<Record<string, StandinNode>>;

export interface StandinNode {
  readonly class_type?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

export interface NodeComplaint {
  readonly type: string;
  readonly message: string;
  readonly details: string;
  readonly extra_info: { readonly input_name: string };
}

export interface ComfyuiRefusal {
  readonly error: {
    readonly type: string;
    readonly message: string;
    readonly details: string;
    readonly extra_info: object;
  };
  readonly node_errors: Readonly<Record<string, object>> | readonly never[];
}

/** What is wrong with a value, without the input's name. */
type Rule = (value: unknown) => Omit<NodeComplaint, 'extra_info'> | undefined;

const checkpoints = ['v1-5-pruned-emaonly.safetensors', 'flux1-dev-fp8.safetensors'];
const crops = ['disabled', 'center'];
const methods = ['nearest-exact', 'bilinear', 'area', 'bicubic', 'lanczos'];
const channels = ['red', 'green', 'blue'];

function toClasses(uploads: ReadonlySet<string>): Readonly<Record<string, Readonly<Record<string, Rule>>>> {
  const image = isUploaded(uploads);
  const side = isNumber(16, 16_384);
  const latent = { width: side, height: side, batch_size: isNumber(1, 4_096) };
  return {
    CheckpointLoaderSimple: { ckpt_name: isOneOf(checkpoints) },
    CLIPTextEncode: { text: isText, clip: isLink },
    FluxGuidance: { conditioning: isLink, guidance: isNumber(0, 100) },
    EmptyLatentImage: latent,
    EmptySD3LatentImage: latent,
    LoadImage: { image },
    LoadImageMask: { image, channel: isOneOf(['alpha', ...channels]) },
    MaskToImage: { mask: isLink },
    ImageToMask: { image: isLink, channel: isOneOf(channels) },
    ImageScale: {
      image: isLink,
      upscale_method: isOneOf(methods),
      width: isNumber(0, 16_384),
      height: isNumber(0, 16_384),
      crop: isOneOf(crops),
    },
    VAEEncode: { pixels: isLink, vae: isLink },
    VAEDecode: { samples: isLink, vae: isLink },
    SetLatentNoiseMask: { samples: isLink, mask: isLink },
    ImageCompositeMasked: {
      destination: isLink,
      source: isLink,
      mask: isLink,
      x: isNumber(0, 16_384),
      y: isNumber(0, 16_384),
      resize_source: isFlag,
    },
    KSampler: {
      model: isLink,
      positive: isLink,
      negative: isLink,
      latent_image: isLink,
      seed: isNumber(0, 2 ** 64),
      steps: isNumber(1, 10_000),
      cfg: isNumber(0, 100),
      sampler_name: isOneOf(['euler', 'dpmpp_2m']),
      scheduler: isOneOf(['normal', 'karras', 'simple']),
      denoise: isNumber(0, 1),
    },
    PreviewImage: { images: isLink },
    SaveImage: { images: isLink, filename_prefix: isText },
  };
}

const isText: Rule = (value) => (typeof value === 'string' ? undefined : toTypeComplaint('STRING'));
const isFlag: Rule = (value) => (typeof value === 'boolean' ? undefined : toTypeComplaint('BOOLEAN'));

const isLink: Rule = (value) => {
  const isPair = Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'number';
  if (isPair) return undefined;
  const message = 'Bad linked input, must be a length-2 list of [node_id, slot_index]';
  return { type: 'bad_linked_input', message, details: '' };
};

function isNumber(min: number, max: number): Rule {
  return (value) => {
    if (typeof value !== 'number') return toTypeComplaint('INT');
    if (value < min) {
      return { type: 'value_smaller_than_min', message: `Value ${value} smaller than min of ${min}`, details: '' };
    }
    if (value <= max) return undefined;
    return { type: 'value_bigger_than_max', message: `Value ${value} bigger than max of ${max}`, details: '' };
  };
}

function isOneOf(choices: readonly string[]): Rule {
  return (value) => {
    if (choices.some((choice) => choice === value)) return undefined;
    const list = choices.map((choice) => `'${choice}'`).join(', ');
    return { type: 'value_not_in_list', message: 'Value not in list', details: `: '${value}' not in [${list}]` };
  };
}

function isUploaded(uploads: ReadonlySet<string>): Rule {
  return (value) => {
    if (typeof value === 'string' && uploads.has(value)) return undefined;
    const details = ` - Invalid image file: ${value}`;
    return { type: 'custom_validation_failed', message: 'Custom validation failed for node', details };
  };
}

function toTypeComplaint(type: string) {
  const message = `Failed to convert an input value to a ${type} value`;
  return { type: 'invalid_input_type', message, details: '' };
}

/** What `validate_prompt` of ComfyUI finds, as far as the built-in workflows need it. */
export function refuseGraph(graph: StandinGraph, uploads: ReadonlySet<string>): ComfyuiRefusal | undefined {
  const classes = toClasses(uploads);
  for (const [id, { class_type = '' }] of Object.entries(graph)) {
    if (Object.hasOwn(classes, class_type)) continue;
    const message = `Node '${class_type}' not found. The custom node may not be installed.`;
    return refuse({ type: 'missing_node_type', message, details: `Node ID '#${id}'` }, []);
  }
  const isOutput = ({ class_type }: StandinNode) => class_type === 'SaveImage' || class_type === 'PreviewImage';
  if (!Object.values(graph).some(isOutput)) {
    return refuse({ type: 'prompt_no_outputs', message: 'Prompt has no outputs', details: '' }, []);
  }
  const checked = Object.entries(graph).map(([id, node]) => {
    return { id, node, errors: findComplaints(node, classes[node.class_type ?? ''] ?? {}) };
  });
  const bad = checked.filter(({ errors }) => errors.length > 0);
  if (bad.length === 0) return undefined;
  const details = bad.flatMap(({ errors }) => errors.map((error) => `${error.message}: ${error.details}`)).join('\n');
  return refuse(
    { type: 'prompt_outputs_failed_validation', message: 'Prompt outputs failed validation', details },
    Object.fromEntries(
      bad.map(({ id, node, errors }) => [id, { errors, dependent_outputs: [], class_type: node.class_type }]),
    ),
  );
}

function refuse(
  error: Omit<ComfyuiRefusal['error'], 'extra_info'>,
  nodeErrors: ComfyuiRefusal['node_errors'],
): ComfyuiRefusal {
  return { error: { ...error, extra_info: {} }, node_errors: nodeErrors };
}

function findComplaints({ inputs = {} }: StandinNode, rules: Readonly<Record<string, Rule>>): readonly NodeComplaint[] {
  return Object.entries(rules).flatMap(([name, rule]) => {
    const extra_info = { input_name: name };
    if (!Object.hasOwn(inputs, name)) {
      return [{ type: 'required_input_missing', message: 'Required input is missing', details: name, extra_info }];
    }
    const complaint = rule(inputs[name]);
    return complaint === undefined ? [] : [{ ...complaint, details: `${name}${complaint.details}`, extra_info }];
  });
}
