import { findSchemaDifference } from './schema-difference.ts';

const difference = await findSchemaDifference();
if (difference !== undefined) {
  process.stdout.write(`${difference.trim()}\n\n`);
  process.stdout.write(
    'schema.prisma has what the migrations lack (above). Run: npm run database:migration -- <name>\n',
  );
  process.exitCode = 1;
} else {
  process.stdout.write('schema.prisma and the migrations agree.\n');
}
