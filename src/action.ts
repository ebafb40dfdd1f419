#!/usr/bin/env node
import { explain } from './commands/errors.ts';
import { runAction } from './commands/workflow.ts';

try {
  process.exitCode = await runAction(process.env);
} catch (error) {
  const { message, status } = explain(error);
  process.stdout.write(`::error::${message.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')}\n`);
  process.exitCode = status;
}
