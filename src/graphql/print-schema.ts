import { writeFile } from 'node:fs/promises';
import { printSortedSchema } from './printed-schema.ts';

await writeFile(new URL('../../schema.graphql', import.meta.url), printSortedSchema());
