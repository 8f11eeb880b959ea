import { type GenerateCommand, parseArguments } from './arguments.ts';
import { CliError, UsageError } from './cli-error.ts';
import { createClient } from './client.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { generate } from './generate.ts';
import { readInputImages } from './input-images.ts';
import { createInterruption } from './interruption.ts';
import { preparePictureFiles } from './picture-files.ts';
import { toPrintable } from './printable.ts';
import { createProgressDisplay, type ProgressDisplay } from './progress-display.ts';
import { describePictures, describeTroubles, type Result, toJson } from './result.ts';
import { savePictures } from './save-pictures.ts';
import { findServer, type Server } from './server.ts';
import { usage, usageHint } from './usage.ts';

/** Resolves to the exit code. */
async function main(): Promise<number> {
  const command = parseArguments(process.argv.slice(2));
  if (command !== 'help') return run(command);
  process.stdout.write(usage);
  return 0;
}

async function run(command: GenerateCommand): Promise<number> {
  const { input, output, url } = command;
  const environment = readEnvironment();
  using interruption = createInterruption();
  const { signal: interrupted } = interruption;
  using display = createProgressDisplay({ stream: process.stderr, color: environment.color });
  const request = await readInputImages(command);
  const files = await preparePictureFiles({ output, prompt: input.prompt, count: input.count ?? 1 });
  await using server = await findServer({ url, environment, display, interrupted });
  const client = createClient({ url: server.url, apiKey: environment.apiKey });
  display.restart();
  const startedAt = performance.now();
  const generation = await generate({ client, display, interrupted, serverStopped: server.stopped }, request);
  if (generation.images.length > 0) display.show({ label: 'Saving' });
  const pictures = await savePictures(generation.images, { files, interrupted });
  const milliseconds = Math.round(performance.now() - startedAt);
  report(command, display, { generation, pictures, milliseconds, ...createLinks(server, environment) });
  return generation.status === 'SUCCEEDED' ? 0 : 1;
}

/** A signed link ends with the server that we started; the address that does not change works with the next one. */
function createLinks({ isOurs }: Server, { serverUrl }: Environment): Pick<Result, 'linkOf' | 'linkNote'> {
  if (!isOurs || serverUrl === undefined) return { linkOf: ({ link }) => link.href, linkNote: '' };
  return { linkOf: ({ permalink }) => new URL(permalink, serverUrl).href, linkNote: ' (after npm start)' };
}

function report({ json }: GenerateCommand, display: ProgressDisplay, result: Result): void {
  display.clear();
  for (const line of describeTroubles(result.generation)) complain(line);
  if (json) process.stdout.write(toJson(result));
  else if (result.pictures.length > 0) process.stdout.write(toPrintable(describePictures(result)));
}

function complain(message: string): void {
  process.stderr.write(`${toPrintable(message)}\n`);
}

function fail(error: unknown): number {
  if (!(error instanceof CliError)) {
    process.stderr.write(`${(error as Error).stack ?? error}\n`);
    return 1;
  }
  complain(error.message);
  if (error instanceof UsageError) process.stderr.write(usageHint);
  return error.exitCode;
}

process.exitCode = await main().catch(fail);
