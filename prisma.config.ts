import { defineConfig } from 'prisma/config';

// `prisma generate` looks for the schema engine although it does not run it. Naming any file that exists keeps it
// from downloading one, so that an install needs nothing but the npm registry.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
});
