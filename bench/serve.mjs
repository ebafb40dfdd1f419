// The App as `ml-review serve` starts it, with the tuning of a trial.
import { built } from './built.mjs';

// Asked by the trial, the process collects its garbage and says what it holds.
process.on('message', () => {
  globalThis.gc?.();
  process.send(process.memoryUsage());
});
process.channel?.unref();

const { serveApp } = await built('commands/serve.js');
process.exitCode = await serveApp({ role: process.env.BENCH_ROLE }, JSON.parse(process.env.BENCH_TUNING ?? '{}'));
process.exit();
