// Started as a process of its own by embedded-azurite.ts: Azurite's blob server with two changes.
import { createRequire, registerHooks } from 'node:module';

const telemetry = 'applicationinsights';
const require = createRequire(import.meta.url);

// Azurite loads its telemetry even when that is switched off: 1.3 of its 2 seconds to start.
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === telemetry ? { url: `stub:${telemetry}`, shortCircuit: true } : next(specifier, context),
  load: (url, context, next) =>
    url === `stub:${telemetry}`
      ? { format: 'commonjs', source: 'module.exports = {};', shortCircuit: true }
      : next(url, context),
});

// Standard input ends when the server dies, however it dies. Azurite saves its index when it is asked to stop.
process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM'));
process.stdin.resume().unref();

require('azurite/dist/src/blob/main.js');
