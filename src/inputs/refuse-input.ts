import { type InputPlace, toInputPath } from '../domain/input-role.ts';
import { InputImageUnusable } from '../domain/user-errors.ts';
import { InputUnusable } from './input-unusable.ts';

/** Throws `InputImageUnusable` with the input's place for what is no input image, and any other error as it came. */
export function refuseInput(place: InputPlace, error: unknown): never {
  if (!(error instanceof InputUnusable)) throw error;
  throw new InputImageUnusable(error.message, toInputPath(place));
}
