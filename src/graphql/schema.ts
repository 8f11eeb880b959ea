import './attempt.ts';
import './audit-entries.ts';
import './cancel-generation.ts';
import './create-api-key.ts';
import './delete-generation.ts';
import './delete-image.ts';
import './delete-my-data.ts';
import './enhance-prompt.ts';
import './estimate.ts';
import './export-my-data.ts';
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
import './revoke-api-key.ts';
import './scalars.ts';
import './set-quota.ts';
import './upload-image.ts';
import './user-errors.ts';
import './users.ts';
import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import { findUnscoped } from './find-unscoped.ts';

builder.queryType({
  description:
    'Reads, with the scope READ. Everything is the viewer’s own; an administrator, with MANAGE, also reads what is others’.',
});
builder.mutationType({
  description:
    'Root fields are nullable on purpose: two mutations in one request are two charges, and an error of the second must ' +
    'not take away the id of the first. What makes or removes pictures needs the scope GENERATE, which also sees the ' +
    'answer.',
});
builder.subscriptionType({ description: 'What changes, live, with the scope READ.' });

/** All types, from the files beside this one. */
export const schema: GraphQLSchema = builder.toSchema();

const unscoped = findUnscoped(schema);
if (unscoped.length > 0) throw new Error(`Nobody may see what says no authScopes: ${unscoped.join(', ')}.`);
