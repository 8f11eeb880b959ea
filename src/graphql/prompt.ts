import { builder } from './builder.ts';
import { PromptSourceEnum } from './enums.ts';

export const PromptType = builder.prismaObject('Prompt', {
  authScopes: { result: true },
  description: 'One wording of what to make.',
  fields: (t) => ({
    text: t.exposeString('text', { description: 'The words.' }),
    source: t.field({
      type: PromptSourceEnum,
      description: 'Who worded it.',
      select: { source: true },
      resolve: (prompt) => prompt.source as typeof PromptSourceEnum.$inferType,
    }),
    writtenBy: t.exposeString('writtenBy', { nullable: true, description: 'The model that wrote it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was written.' }),
  }),
});
