/** A reference is started from or looked at; the mask says which parts of the first reference may change. */
export type InputRole = 'REFERENCE' | 'MASK';

export interface InputPlace {
  readonly role: InputRole;
  /** Among the inputs of a generation, from 0: first the references, then the mask. */
  readonly position: number;
}

/** Where in a request the input was given, for example `['inputImages', '2']` or `['mask']`. */
export function toInputPath({ role, position }: InputPlace): readonly string[] {
  return role === 'MASK' ? ['mask'] : ['inputImages', String(position)];
}
