import { builder } from './builder.ts';
import { InputRoleEnum } from './enums.ts';
import { ImageType } from './image.ts';

export const GenerationInputType = builder.prismaObject('GenerationInput', {
  authScopes: { result: true },
  description: 'An image that a generation starts from or looks at.',
  fields: (t) => ({
    position: t.exposeInt('position', { description: 'Its place among the inputs, from 0.' }),
    role: t.field({
      type: InputRoleEnum,
      description: 'What it is for.',
      select: { role: true },
      resolve: (input) => input.role as typeof InputRoleEnum.$inferType,
    }),
    image: t.relation('image', {
      type: ImageType,
      nullable: true,
      description: 'Null until it was fetched, and when it could not be.',
    }),
    sourceUrl: t.exposeString('sourceUrl', { nullable: true, description: 'Where it was fetched from.' }),
  }),
});
