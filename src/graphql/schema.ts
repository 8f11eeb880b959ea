import './attempt.ts';
import './cancel-generation.ts';
import './delete-generation.ts';
import './delete-image.ts';
import './enhance-prompt.ts';
import './estimate.ts';
import './file-scalar.ts';
import './generate-image.ts';
import './generation-progress.ts';
import './generation-parts.ts';
import './generations.ts';
import './image-links.ts';
import './image-model-capabilities.ts';
import './image-uses.ts';
import './images.ts';
import './progress-lookups.ts';
import './quota.ts';
import './retry-generation.ts';
import './scalars.ts';
import './set-quota.ts';
import './upload-image.ts';
import './user-errors.ts';
import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';

builder.queryType({ description: 'Reads. Everything is the viewer’s own.' });
builder.mutationType({
  description:
    'Root fields are nullable on purpose: two mutations in one request are two charges, and an error of the second must ' +
    'not take away the id of the first.',
});
builder.subscriptionType({ description: 'What changes, live.' });

/** All types, from the files beside this one. */
export const schema: GraphQLSchema = builder.toSchema();
