// Decodes a picture and encodes it again. Started by benchmarks/large-input.ts, since its memory is that of a whole process.
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { timeOf } from './measure.ts';

process.on('disconnect', () => process.exit(0));
process.on('message', async (file: string) => {
  const milliseconds = await timeOf(async () =>
    sharp(await readFile(file))
      .png()
      .toBuffer(),
  );
  process.send?.({ milliseconds });
});
process.send?.({ ready: true });
