import { QuotaExceeded } from '../domain/user-errors.ts';
import { requestExport } from '../generations/request-export.ts';
import { builder } from './builder.ts';

interface ExportLink {
  readonly href: string;
  readonly expiresAt: Date;
}

const ExportMyDataSuccess = builder.objectRef<ExportLink>('ExportMyDataSuccess').implement({
  description: 'An archive is being made.',
  authScopes: { manage: true },
  fields: (t) => ({
    href: t.exposeString('href', {
      description:
        'Where the archive is, for whoever has this link: 202 with Retry-After while it is made, then a redirect to the bytes.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'Until then. Afterwards the archive is removed.',
    }),
  }),
});

builder.mutationField('exportMyData', (t) =>
  t.field({
    type: ExportMyDataSuccess,
    nullable: true,
    authScopes: { manage: true },
    description:
      'Makes a ZIP archive of all that is kept of the viewer: every row as JSON lines, and every picture. While one is being ' +
      'made, the answer is that one. Five a day.',
    errors: {
      types: [QuotaExceeded],
      union: { name: 'ExportMyDataResult', description: 'Where the archive will be, or why there is none.' },
    },
    async resolve(_, __, { services, viewer, audit, baseUrl }) {
      const { token, expiresAt } = await requestExport(services, { asker: viewer, audit });
      return { href: `${baseUrl}/exports/${token}`, expiresAt };
    },
  }),
);
