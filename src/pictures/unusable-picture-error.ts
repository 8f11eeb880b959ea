/** Bytes that are no picture we take. The message is a sentence for people and says nothing about the bytes' origin. */
export class UnusablePictureError extends Error {
  override readonly name = 'UnusablePictureError';
}
