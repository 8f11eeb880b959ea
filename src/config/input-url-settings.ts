import { z } from 'zod';
import { list } from './forms.ts';

/** What the server may fetch of what users name. */
export const inputUrlSettings = z.object({
  INPUT_URLS: z
    .enum(['https', 'on', 'off'])
    .default('https')
    .describe('Whether input images may be given as URLs, which the server fetches: https, on (http as well) or off.'),
  INPUT_URL_HOSTS: list(/^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'must be hosts, such as example.com,*.example.org')
    .optional()
    .describe(
      'The only hosts that input images are fetched from: example.com,*.example.org. Without it, all public ones.',
    ),
  INPUT_URL_PORTS: list(/^\d{1,5}$/, 'must be ports, such as 80,443')
    .transform((ports) => ports.map(Number))
    .default([80, 443])
    .describe('The only ports that input images are fetched from.'),
  INPUT_URL_PRIVATE_ORIGINS: list(/^https?:\/\/[^/?#@\s]+$/, 'must be origins, such as http://pictures.intranet:8080')
    .transform((origins) => origins.map((origin) => new URL(origin).origin))
    .default([])
    .describe(
      'Servers of your own that input images may be fetched from, wherever they stand: http://pictures.intranet:8080.',
    ),
  INPUT_URL_DENIED_NETWORKS: list(/^[0-9a-f.:]+\/\d{1,3}$/i, 'must be networks, such as 203.0.113.0/24,2001:db8::/32')
    .default([])
    .describe('Public networks that no input image is fetched from, such as your own: 198.51.100.0/24.'),
});
