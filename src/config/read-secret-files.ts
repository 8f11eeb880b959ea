import { readFileSync } from 'node:fs';

export interface SecretFiles {
  /** What the files hold, by the name of the variable. */
  readonly values: Readonly<Record<string, string>>;
  /** One line for each that cannot be had, which repeats nothing of it. */
  readonly problems: readonly string[];
}

/**
 * Each secret may stand in a file, as Docker and Kubernetes bring them: `NAME_FILE=/run/secrets/name` in place of `NAME`. One
 * line break at its end is no part of it.
 */
export function readSecretFiles(given: Readonly<Record<string, string>>, names: readonly string[]): SecretFiles {
  const named = names.filter((name) => given[`${name}_FILE`] !== undefined);
  const read = named.map((name) => ({ name, ...readSecretFile(name, given) }));
  return {
    values: Object.fromEntries(read.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]))),
    problems: read.flatMap(({ problem }) => problem ?? []),
  };
}

interface Content {
  readonly value?: string;
  readonly problem?: string;
}

function readSecretFile(name: string, given: Readonly<Record<string, string>>): Content {
  const variable = `${name}_FILE`;
  if (given[name] !== undefined) return { problem: `${variable}: ${name} is given as well` };
  try {
    const value = readFileSync(given[variable] ?? '', 'utf8').replace(/\r?\n$/, '');
    return value === '' ? { problem: `${variable}: the file is empty` } : { value };
  } catch (error) {
    return { problem: `${variable}: the file cannot be read (${(error as NodeJS.ErrnoException).code})` };
  }
}
