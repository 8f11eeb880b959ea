import { v7 as createUuidV7 } from 'uuid';
import type { InputDependencies } from '../../src/inputs/dependencies.ts';
import { createLogger } from '../../src/log.ts';
import { createDownloader } from '../../src/network/download.ts';
import { createPictureLab } from '../../src/pictures/picture-lab.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { openImages } from '../support/images.ts';
import { type Standin, sendText, startStandin } from '../support/standins/standin.ts';

/** A darkroom without a worker, and what the verbs of `inputs/` are made of on its database and container. */
export interface Studio extends AsyncDisposable {
  readonly darkroom: Darkroom;
  readonly dependencies: InputDependencies;
  /** Where URLs lead to. Answers 404 until a test interjects. */
  readonly web: Standin;
  /** The key of a user, who is made by the question. */
  userOf(name: string): Promise<string>;
}

export async function startStudio(): Promise<Studio> {
  await using stack = new AsyncDisposableStack();
  const darkroom = stack.use(await startDarkroom({ role: 'api' }));
  const web = stack.use(await startStandin((_, response) => sendText(response, 404, 'Nothing is here.')));
  const downloader = stack.use(createDownloader({ trustedOrigins: [web.url] }));
  const lab = stack.use(createPictureLab({ log: createLogger({ level: 'fatal' }) }));
  const clock = { now: Date.now };
  const images = openImages(darkroom.config, clock);
  const dependencies = { database: darkroom.database, images, lab, downloader, clock, createId: createUuidV7 };
  const resources = stack.move();
  return {
    darkroom,
    dependencies,
    web,
    async userOf(name) {
      const { viewer } = await darkroom.as(name).query('{ viewer { id } }');
      return Buffer.from(viewer.id, 'base64url').toString().replace('User:', '');
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** A queued generation of this user, with nothing in it. */
export async function insertEmptyGeneration({ dependencies }: Studio, userId: string): Promise<string> {
  const id = dependencies.createId();
  await dependencies.database.pool.query(
    `INSERT INTO "Generation" (id, "userId", status, "lastSequence", "requestedModel", "modelSlug", provider, prompt,
      "effectivePrompt", request, options, warnings, "createdAt")
    VALUES ($1, $2, 'QUEUED', 1, 'a/b', 'a/b', 'a', '', '', '{}', '{}', '[]', now())`,
    [id, userId],
  );
  return id;
}
