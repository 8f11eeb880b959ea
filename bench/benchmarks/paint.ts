import type { Benchmark } from '../benchmark.ts';
import { nextMessage, startProcess, stopProcess } from '../server-process.ts';

interface Report {
  readonly firstMilliseconds: number;
  readonly nextMilliseconds: number;
  readonly extraBytes: number;
  readonly encodeMilliseconds: number;
}

const painter = new URL('../painter.ts', import.meta.url);
const ceiling = 'the same pixels encoded as PNG, alone';

/** The built-in painter, 1024x1024 in 20 steps with previews and PNG, in a process of its own. */
export const paint: Benchmark = {
  name: 'paint',
  rows: [
    { what: 'sketch/landscape, processor time of a process’s first picture', unit: 's', bar: { atMost: 1.5 }, ceiling },
    { what: 'the same, of its next picture', unit: 's', bar: { atMost: 1.5 }, ceiling },
    { what: 'memory on top of the process at rest, while painting', unit: 'MB', bar: { atMost: 200 } },
  ],
  async prepare() {
    return async () => {
      const child = startProcess(painter, { environment: {} });
      const report = await nextMessage<Report>(child);
      await stopProcess(child);
      const encodeSeconds = report.encodeMilliseconds / 1000;
      return [
        { value: report.firstMilliseconds / 1000, ceiling: encodeSeconds },
        { value: report.nextMilliseconds / 1000, ceiling: encodeSeconds },
        { value: report.extraBytes / 1024 ** 2 },
      ];
    };
  },
};
