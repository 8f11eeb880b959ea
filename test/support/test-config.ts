import { type Config, secretNames } from '../../src/config.ts';
import { createSecret, isSecret, type Secret } from '../../src/domain/secret.ts';

/** A configuration whose secrets lie open, for tests that point them elsewhere. */
export type TestConfig = {
  readonly [Name in keyof Config]: Secret extends NonNullable<Config[Name]> ? string | undefined : Config[Name];
};

export function toTestConfig(config: Config): TestConfig {
  const open = Object.entries(config).map(([name, value]) => [name, isSecret(value) ? value.reveal() : value]);
  return Object.fromEntries(open);
}

export function toConfig(config: TestConfig): Config {
  const closed = Object.entries(config).map(([name, value]) => {
    const hides = typeof value === 'string' && secretNames.includes(name);
    return [name, hides ? createSecret(value) : value];
  });
  return Object.fromEntries(closed);
}
