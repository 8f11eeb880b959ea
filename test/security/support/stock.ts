import { expect } from 'vitest';
import { encodeGlobalId } from '../../../src/graphql/global-ids.ts';
import { blankPicture, createScriptedProvider, toModel } from '../../support/blank-provider.ts';
import { createTestClient } from '../../support/client.ts';
import { type Darkroom, startDarkroom } from '../../support/darkroom.ts';
import { generate } from '../../support/documents.ts';
import { uploadAs } from '../../support/multipart.ts';
import { paintAll } from '../../support/stage.ts';
import { createActorIdentity, toHeaders, toUserId } from './actors.ts';
import { transports } from './callers.ts';
import { type Actor, input, type Kind } from './samples.ts';

/** A value that names what is the owner's, and one of the same form that names nothing. */
export interface Target {
  readonly theirs: string;
  readonly unknown: string;
}

/** What the actors have on a server where nothing happens any more: no worker runs. */
export interface Stock extends AsyncDisposable {
  readonly darkroom: Darkroom;
  readonly targets: Readonly<Record<Exclude<Kind, 'key'>, Target>>;
  /** A generation of their own, by actor. */
  readonly own: Readonly<Partial<Record<Actor, string>>>;
  /** Things of the owner that may go, one for each transport. */
  readonly spare: Readonly<Record<'generation' | 'image', readonly string[]>>;
}

export async function stockUp(): Promise<Stock> {
  await using stack = new AsyncDisposableStack();
  const model = toModel('blank/blank', { inputImages: { min: 0, max: 4 }, mask: true });
  const providers = [createScriptedProvider(paintAll, model)];
  const identity = createActorIdentity;
  const first = stack.use(await startDarkroom({ identity, providers }));
  const made = await Promise.all(
    ['owner', 'another user', 'administrator'].map((actor) => make(first, actor as Actor)),
  );
  const [mine = '', theirs = '', administrators = ''] = made;
  const [kept = '', ...spares] = await Promise.all(['kept', ...transports].map(() => make(first, 'owner')));
  const uploads = await Promise.all(transports.map((_, index) => upload(first, 65 + index)));
  await first.database.prisma.user.create({ data: { id: toUserId(3), issuer: 'matrix', subject: 'third' } });
  await make(first, 'owner');
  await first.app[Symbol.asyncDispose]();
  const darkroom = stack.use(await startDarkroom({ identity, providers, beside: first, role: 'api' }));
  const targets = await findTargets(darkroom, kept);
  const resources = stack.move();
  return {
    darkroom,
    targets,
    own: { owner: mine, 'read-only key': mine, 'another user': theirs, administrator: administrators },
    spare: { generation: spares, image: uploads },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function make({ url }: Darkroom, actor: Actor): Promise<string> {
  const client = createTestClient({ url: `${url}/graphql`, headers: toHeaders(actor) });
  const { generateImage } = await client.query(generate, { input, waitSeconds: 50 });
  expect(generateImage).toMatchObject({ generation: { status: 'SUCCEEDED' } });
  return generateImage.generation.id;
}

async function upload({ url }: Darkroom, side: number): Promise<string> {
  const { image } = await uploadAs(
    { url: `${url}/graphql`, headers: toHeaders('owner') },
    await blankPicture(side, side),
  );
  return image.id;
}

/** Of the generation in the middle of the owner's list, so that there is something before and after it. */
async function findTargets({ database, url }: Darkroom, globalId: string): Promise<Stock['targets']> {
  const uuid = Buffer.from(globalId, 'base64url').toString().split(':')[1] ?? '';
  const image = await database.prisma.image.findFirstOrThrow({ where: { generationId: uuid } });
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
