import { Socket } from 'node:net';

/**
 * A connection to the database that sends what is written within one turn of the event loop by one system call: statements that go
 * together wake up the server once.
 */
export class BatchingSocket extends Socket {
  override write(...written: [never]): boolean {
    if (this.writableCorked === 0) {
      this.cork();
      process.nextTick(() => this.uncork());
    }
    return super.write(...written);
  }
}
