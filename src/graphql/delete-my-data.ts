import { InvalidInput } from '../domain/user-errors.ts';
import { deleteMyData } from '../generations/delete-my-data.ts';
import { builder } from './builder.ts';
import { decodeKey } from './global-ids.ts';

const DeleteMyDataSuccess = builder.objectRef<{ readonly requestedAt: Date }>('DeleteMyDataSuccess').implement({
  description: 'Nobody gets in as the viewer any more, and what is theirs is being removed.',
  authScopes: { manage: true },
  fields: (t) => ({ requestedAt: t.expose('requestedAt', { type: 'DateTime', description: 'From then on.' }) }),
});

builder.mutationField('deleteMyData', (t) =>
  t.field({
    type: DeleteMyDataSuccess,
    nullable: true,
    authScopes: { manage: true },
    description:
      'Ends the account of the viewer, stops what is running, and removes all pictures, prompts, keys and history. There is ' +
      'no way back. `confirm` repeats the viewer’s id, against accidents.',
    args: { confirm: t.arg.string({ required: true, description: 'The id of the viewer.' }) },
    errors: {
      types: [InvalidInput],
      union: { name: 'DeleteMyDataResult', description: 'That it has begun, or why it has not.' },
    },
    async resolve(_, { confirm }, { services, viewer, audit }) {
      if (decodeKey(confirm, 'User') !== viewer.id) {
        throw new InvalidInput([{ path: ['confirm'], message: 'confirm must be the id of the viewer.' }]);
      }
      return { requestedAt: await deleteMyData(services, { userId: viewer.id, audit }) };
    },
  }),
);
