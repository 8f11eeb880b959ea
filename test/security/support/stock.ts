import { expect } from 'vitest';
import { allScopes } from '../../../src/accounts/viewer.ts';
import { encodeGlobalId } from '../../../src/graphql/global-ids.ts';
import { blankPicture, createScriptedProvider, toModel } from '../../support/blank-provider.ts';
import { type Client, createTestClient } from '../../support/client.ts';
import { type Darkroom, startDarkroom } from '../../support/darkroom.ts';
import { generate } from '../../support/documents.ts';
import { uploadAs } from '../../support/multipart.ts';
import { paintAll } from '../../support/stage.ts';
import { type Actor, type Credentials, createActors, createKey, toUserId } from './actors.ts';
import { type Transport, transports } from './callers.ts';
import { input, type Kind } from './samples.ts';

/** A value that names what is the owner's, and one of the same form that names nothing. */
export interface Target {
  readonly theirs: string;
  readonly unknown: string;
}

/** What the actors have on a server where nothing happens any more: no worker runs. */
export interface Stock extends AsyncDisposable {
  readonly darkroom: Darkroom;
  readonly credentials: Credentials;
  readonly targets: Readonly<Record<Exclude<Kind, 'key'>, Target>>;
  /** A generation of their own, by actor. */
  readonly own: Readonly<Partial<Record<Actor, string>>>;
  /** Things of the owner that may go, one for each transport and each key that may remove them. */
  readonly spare: Readonly<Record<'generation' | 'image', readonly string[]>>;
}

const spenders: readonly Actor[] = ['owner', 'generate-only key'];
const spending = spenders.flatMap((actor) => transports.map((transport) => `${actor} ${transport}`));

/** Which of the spare things is for them. Undefined for whoever may remove none. */
export function findSpare(actor: Actor, transport: Transport): number | undefined {
  const index = spending.indexOf(`${actor} ${transport}`);
  return index < 0 ? undefined : index;
}

/** Whoever asks so often, and in vain, is not kept from asking. */
const config = { RATE_LIMIT_FAILURES: 0, RATE_LIMIT_POINTS: 0, RATE_LIMIT_KEY_POINTS: 0 };

export async function stockUp(): Promise<Stock> {
  await using stack = new AsyncDisposableStack();
  const model = toModel('blank/blank', { inputImages: { min: 0, max: 4 }, mask: true });
  const options = { identity: 'configured', providers: [createScriptedProvider(paintAll, model)], config } as const;
  const first = stack.use(await startDarkroom(options));
  const credentials = await createActors(first.database);
  const as = (actor: Actor) => createTestClient({ url: `${first.url}/graphql`, headers: credentials[actor] });
  const made = await Promise.all((['owner', 'another user', 'administrator'] as const).map((actor) => make(as(actor))));
  const [mine = '', theirs = '', administrators = ''] = made;
  const [kept = '', ...spares] = await Promise.all(['kept', ...spending].map(() => make(as('owner'))));
  const uploads = await Promise.all(spending.map((_, index) => upload(as('owner'), 65 + index)));
  await make(as('owner'));
  const { apiKeyId } = await createKey(first.database, { userId: toUserId(2), scopes: allScopes });
  await first.app[Symbol.asyncDispose]();
  const darkroom = stack.use(await startDarkroom({ ...options, beside: first, role: 'api' }));
  const targets = await findTargets(darkroom, { generationId: kept, apiKeyId });
  const resources = stack.move();
  const own = { owner: mine, 'read-only key': mine, 'generate-only key': mine };
  return {
    darkroom,
    credentials,
    targets,
    own: { ...own, 'another user': theirs, administrator: administrators },
    spare: { generation: spares, image: uploads },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function make(client: Client): Promise<string> {
  const { generateImage } = await client.query(generate, { input, waitSeconds: 50 });
  expect(generateImage).toMatchObject({ generation: { status: 'SUCCEEDED' } });
  return generateImage.generation.id;
}

async function upload(client: Client, side: number): Promise<string> {
  const { image } = await uploadAs(client, await blankPicture(side, side));
  return image.id;
}

interface Kept {
  readonly generationId: string;
  readonly apiKeyId: string;
}

/** Of the generation in the middle of the owner's list, so that there is something before and after it. */
async function findTargets({ database, url }: Darkroom, { generationId, apiKeyId }: Kept): Promise<Stock['targets']> {
  const uuid = Buffer.from(generationId, 'base64url').toString().split(':')[1] ?? '';
  const image = await database.prisma.image.findFirstOrThrow({ where: { generationId: uuid } });
  const entry = await database.prisma.auditEntry.findFirstOrThrow({ where: { objectId: uuid } });
  const owner = toUserId(2);
  const toTarget = (encode: (uuid: string) => string, id: string) => ({
    theirs: encode(id),
    unknown: encode(flip(id)),
  });
  const toPermalink = (id: string) => `${url}/images/${encodeGlobalId('Image', id)}/original`;
  return {
    generation: toTarget((id) => encodeGlobalId('Generation', id), uuid),
    image: toTarget((id) => encodeGlobalId('Image', id), image.id),
    user: toTarget((id) => encodeGlobalId('User', id), owner),
    cursor: toTarget(toCursor, uuid),
    'image cursor': toTarget(toCursor, image.id),
    'user cursor': toTarget(toCursor, owner),
    'audit cursor': toTarget(toCursor, entry.id),
    'API key': toTarget((id) => encodeGlobalId('ApiKey', id), apiKeyId),
    permalink: toTarget(toPermalink, image.id),
  };
}

function toCursor(uuid: string): string {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('base64url');
}

/** Another UUID, of nothing, beside this one in every order. */
function flip(uuid: string): string {
  return `${uuid.slice(0, -1)}${uuid.endsWith('f') ? 'e' : 'f'}`;
}
