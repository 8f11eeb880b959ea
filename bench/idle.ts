// Node alone: what a process takes before it does anything. Started by benchmarks/start.ts.
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });
