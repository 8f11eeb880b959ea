import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { migrationsDirectory } from '../../src/database/migration-files.ts';
import { findSchemaDifference } from './schema-difference.ts';

const usage = `Usage: npm run database:migration -- <name>
Writes prisma/migrations/<time>_<name>/migration.sql with what schema.prisma has and the migrations lack.
A name has small letters, digits and underscores, for example add_image_labels.
`;

async function main(names: readonly string[]): Promise<number> {
  const [name] = names;
  if (name === undefined || names.length > 1 || !/^[a-z][a-z0-9_]{0,60}$/.test(name)) {
    process.stderr.write(usage);
    return 2;
  }
  const sql = await findSchemaDifference();
  if (sql === undefined) {
    process.stdout.write('schema.prisma and the migrations agree: there is nothing to write.\n');
    return 0;
  }
  const file = await writeMigration(name, sql);
  process.stdout.write(
    `Wrote ${file}\nRead it and complete it by hand: CHECK constraints and storage settings are not in schema.prisma.\n`,
  );
  return 0;
}

async function writeMigration(name: string, sql: string): Promise<string> {
  const time = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const directory = join(migrationsDirectory, `${time}_${name}`);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'migration.sql'), sql);
  return relative(process.cwd(), join(directory, 'migration.sql'));
}

process.exitCode = await main(process.argv.slice(2));
