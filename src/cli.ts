#!/usr/bin/env node
import { CommanderError } from 'commander';
import { EXIT, explain } from './commands/errors.ts';
import { program } from './commands/program.ts';

try {
  await program((status) => {
    process.exitCode = status;
  }).parseAsync();
} catch (error) {
  const usage = error instanceof CommanderError;
  const told = usage ? { message: '', status: error.exitCode === 0 ? EXIT.open : EXIT.usage } : explain(error);
  if (told.message !== '') process.stderr.write(`${told.message}\n`);
  process.exitCode = told.status;
}
