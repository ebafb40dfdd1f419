import { gitOutcome } from './command.ts';
import type { Repository } from './repository.ts';

/** Where the repository was cloned from: the address of `origin`, or of its only remote, as its configuration has it. */
export async function remoteAddress(repo: Repository): Promise<string | undefined> {
  const args = ['config', '--local', '--get-regexp', '^remote\\..*\\.url$'];
  const { output } = await gitOutcome(repo.here, args, { accept: [1, 128] });
  const lines = output.split('\n').filter((line) => line.includes(' '));
  const chosen =
    lines.find((line) => line.startsWith('remote.origin.url ')) ?? (lines.length === 1 ? lines[0] : undefined);
  return chosen?.slice(chosen.indexOf(' ') + 1);
}
