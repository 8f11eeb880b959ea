// A server in miniature: has a lab with one process, which holds a picture until this is killed.
import { createPictureLab } from '../../src/pictures/picture-lab.ts';
import { toPoison } from './poison.ts';
import { plain } from './sample-pictures.ts';

const lab = createPictureLab({
  log: { warn: () => undefined },
  program: new URL('poison-program.ts', import.meta.url),
});
await lab.develop(await plain(8, 8).png().toBuffer());
void lab.develop(toPoison('hold'));
process.send?.('holds');
