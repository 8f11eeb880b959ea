import fc from 'fast-check';
import { expect } from 'vitest';
import { cancel, remove } from '../../support/documents.ts';
import { retryDocument, submitOnceDocument } from './documents.ts';
import { createPrompt, models, small } from './fleet.ts';
import { expectedTypes, type KnownGeneration, type LifeModel, type LifeSystem } from './life-model.ts';

type Command = fc.AsyncCommand<LifeModel, LifeSystem>;

/** A command on one of the generations that there are. */
type Verb = (generation: KnownGeneration, life: LifeModel, system: LifeSystem) => Promise<void>;

/** Everything that can happen to a generation, in any order. */
export function createLifeCommands() {
  const slugs = Object.values(models);
  const onOne = (name: string, verb: Verb) =>
    fc.nat(99).map((choice): Command => {
      return {
        check: ({ generations }) => generations.length > 0,
        async run(life, system) {
          const generation = life.generations[choice % life.generations.length] as KnownGeneration;
          await verb(generation, life, system);
        },
        toString: () => `${name} ${choice}`,
      };
    });
  return [
    fc.constantFrom(...slugs).map((model): Command => toSubmit(model)),
    onOne('ask again', askAgain),
    onOne('cancel', cancelOne),
    onOne('wait for', waitFor),
    onOne('retry', retryOne),
    onOne('delete', deleteOne),
    onOne('meddle with', meddle),
    fc.nat(1).map((index): Command => toKill(index)),
  ];
}

function toSubmit(model: string): Command {
  return {
    check: ({ generations }) => generations.length < 12,
    async run(life, { fleet, alice }) {
      const prompt = createPrompt('a life');
      const variables = { input: { ...small, prompt, model }, key: prompt };
      const { generateImage } = await alice.query(submitOnceDocument, variables);
      expect(generateImage).toMatchObject({ __typename: 'GenerateImageSuccess', replayed: false });
      const { id } = generateImage.generation;
      fleet.accepted.add(id);
      life.generations.push({ id, key: prompt, prompt, model, state: 'open', wasCancelled: false });
      fleet.subscribers.follow({ id, over: 'websocket', client: () => alice });
    },
    toString: () => `submit ${model}`,
  };
}

const askAgain: Verb = async ({ id, key, prompt, model, state }, _, { alice }) => {
  if (key === '') return;
  const { generateImage } = await alice.query(submitOnceDocument, { input: { ...small, prompt, model }, key });
  if (state === 'deleted') expect(generateImage.__typename).toBe('IdempotencyConflict');
  else expect(generateImage).toMatchObject({ replayed: true, generation: { id } });
};

const cancelOne: Verb = async (generation, _, { alice }) => {
  const { cancelGeneration } = await alice.query(cancel, { id: generation.id });
  const isGone = generation.state === 'deleted';
  expect(cancelGeneration.__typename).toBe(isGone ? 'NotFound' : 'CancelGenerationSuccess');
  generation.wasCancelled ||= generation.state === 'open';
};

const waitFor: Verb = async (generation, life, { fleet }) => {
  if (generation.state === 'deleted') return;
  const subscriber = fleet.subscribers.all.find(({ generationId }) => generationId === generation.id);
  const end = await subscriber?.finished;
  const mayBe = ['SUCCEEDED'];
  if (generation.wasCancelled) mayBe.push('CANCELLED');
  // Whoever calls when its process is killed may have been paid: that is told as a failure.
  if (life.kills > 0) mayBe.push('FAILED');
  expect(mayBe).toContain(end?.status);
  generation.state = 'ended';
};

const retryOne: Verb = async (generation, life, { fleet, alice }) => {
  if (life.generations.length >= 12) return;
  const { retryGeneration } = await alice.query(retryDocument, { id: generation.id });
  expect(expectedTypes(generation, 'GenerateImageSuccess')).toContain(retryGeneration.__typename);
  if (retryGeneration.__typename !== 'GenerateImageSuccess') return;
  const { id, retryOf } = retryGeneration.generation;
  expect(retryOf.id).toBe(generation.id);
  generation.state = 'ended';
  fleet.accepted.add(id);
  life.generations.push({ ...generation, id, key: '', state: 'open', wasCancelled: false });
  fleet.subscribers.follow({ id, over: 'sse', client: () => alice });
};

const deleteOne: Verb = async (generation, _, { fleet, alice }) => {
  const { deleteGeneration } = await alice.query(remove, { id: generation.id });
  expect(expectedTypes(generation, 'DeleteGenerationSuccess')).toContain(deleteGeneration.__typename);
  if (deleteGeneration.__typename !== 'DeleteGenerationSuccess') return;
  generation.state = 'deleted';
  fleet.removed.set(generation.id, generation.prompt);
};

/** Somebody else's generation is as good as none. */
const meddle: Verb = async ({ id }, _, { bob }) => {
  const answers = [
    await bob.query(cancel, { id }),
    await bob.query(retryDocument, { id }),
    await bob.query(remove, { id }),
  ];
  const types = answers.flatMap((answer) => Object.values<{ __typename: string }>(answer).map((one) => one.__typename));
  expect(types).toEqual(['NotFound', 'NotFound', 'NotFound']);
};

function toKill(index: number): Command {
  return {
    check: ({ kills }) => kills < 2,
    async run(life, { fleet, workers }) {
      life.kills += 1;
      await workers[index]?.end('SIGKILL');
      workers[index] = await fleet.start({ role: 'worker' });
    },
    toString: () => `kill worker ${index}`,
  };
}
