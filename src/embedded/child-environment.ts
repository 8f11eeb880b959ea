/** How programs find others, their files, their words and their clock; on Windows they find nothing without its own. */
const names = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'SystemRoot', 'TEMP'];

/** What the programs that we start see of our environment. The rest holds secrets, and is not their business. */
export function readChildEnvironment(): Readonly<Record<string, string>> {
  const given = names.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
