/** A value that shows itself to nobody who does not ask for it: printed, logged or serialised, it is `[secret]`. */
export interface Secret {
  /** The value. Asked for where it is used, and not kept. */
  reveal(): string;
}

export const hidden = '[secret]';
const hide = () => hidden;
const made = new WeakSet<object>();

export function createSecret(value: string): Secret {
  const secret = {};
  // Not enumerable: whoever copies or lists the fields finds none.
  Object.defineProperties(secret, {
    reveal: { value: () => value },
    toString: { value: hide },
    toJSON: { value: hide },
    // Of node:util, whose own text would be the object's fields.
    [Symbol.for('nodejs.util.inspect.custom')]: { value: hide },
  });
  made.add(secret);
  return Object.freeze(secret) as Secret;
}

export function isSecret(value: unknown): value is Secret {
  return typeof value === 'object' && value !== null && made.has(value);
}
