import { Command, Option } from 'commander';
import { VERSION } from '../version.ts';

const many = (value: string, previous: readonly string[] = []): readonly string[] => [...previous, value];

/** The command line; `finish` is told the exit status of whatever command ran. */
export function program(finish: (status: number) => void): Command {
  const root = new Command('ml-review')
    .version(VERSION)
    .description('A panel of five reviews changes that ship machine learning')
    .exitOverride();
  const repo = (): Option => new Option('--repo <dir>', 'the repository').default('.');
  const only = (): Option =>
    new Option('--only <names>', 'check ids, participants, or globs of either').argParser(many);
  const skip = (): Option => new Option('--skip <names>', 'the same, left out').argParser(many);
  const format = (): Option =>
    new Option('--format <name>', 'terminal, json, sarif, markdown, html or github').default('terminal');
  const fetching = (): Option => new Option('--fetch-models', 'fetch the models behind Git LFS and DVC pointers');
  root
    .command('check')
    .description('review a change of a git repository')
    .addOption(repo())
    .option('--base <ref>', 'what to compare with (default: merge base with the default branch)')
    .option('--head <ref>', 'what to review (default: HEAD)')
    .option('--worktree', 'what is not committed')
    .option('--staged', 'what is staged')
    .option('--all', 'everything, as if it were new')
    .addOption(only())
    .addOption(skip())
    .addOption(format())
    .option('--output <file>', 'write the report there')
    .option('--fail-on <severity>', 'critical, high, medium, low or never')
    .option('--tools', "run the participants' tools that are installed")
    .addOption(new Option('--sarif <file>', 'results of your own scanners').argParser(many))
    .addOption(fetching())
    .action(async (options) => finish(await (await import('./check.ts')).check(options)));
  root
    .command('pr <address>')
    .description('a pull request on GitHub, OWNER/REPO#N, read with GITHUB_TOKEN')
    .option('--post', 'post the review')
    .addOption(fetching())
    .addOption(format())
    .option('--output <file>', 'write the report there')
    .action(async (address, options) => finish(await (await import('./pull.ts')).reviewPullRequest(address, options)));
  root
    .command('scan <path>')
    .description('model files alone: what is in them, what would run on loading')
    .addOption(format())
    .option('--output <file>', 'write the report there')
    .option('--fail-on <severity>', 'critical, high, medium, low or never')
    .addOption(fetching())
    .action(async (path, options) => finish(await (await import('./scan.ts')).scan(path, options)));
  root
    .command('replay')
    .description('what the panel would have said about the last changes')
    .addOption(repo())
    .option('--last <n>', 'how many', '50')
    .option('--merges', 'every commit instead of merges', false)
    .option('--head <ref>', 'from where back')
    .addOption(only())
    .addOption(skip())
    .addOption(format())
    .action(async (options) => finish(await (await import('./replay.ts')).replay(options)));
  root
    .command('checks')
    .description('the catalogue')
    .addOption(only())
    .addOption(format())
    .action(async (options) => finish(await (await import('./catalogue.ts')).listChecks(options)));
  root
    .command('explain <id>')
    .description('one check: why, examples, fix, source, how to allow it')
    .action(async (id) => finish(await (await import('./catalogue.ts')).explainCheck(id)));
  root
    .command('config')
    .description('validate the configuration and print what is in force')
    .addOption(repo())
    .addOption(format())
    .action(async (options) => finish(await (await import('./config.ts')).showConfiguration(options)));
  root
    .command('readiness')
    .description('the whole repository at one commit: system map, lifecycle gaps, readiness with evidence')
    .addOption(repo())
    .option('--head <ref>', 'which commit (default: the files as they are)')
    .addOption(format())
    .option('--output <file>', 'write the report there')
    .action(async (options) => finish(await (await import('./readiness.ts')).readiness(options)));
  root
    .command('doctor')
    .description('what is there and what is not: tools, Node, git, configuration, credentials')
    .addOption(repo())
    .addOption(format())
    .option('--install', 'install the missing tools that the panel runs')
    .action(async (options) => finish(await (await import('./doctor.ts')).doctor(options)));
  root
    .command('init')
    .description('write a commented configuration')
    .addOption(repo())
    .action(async (options) => finish(await (await import('./init.ts')).init(options)));
  root
    .command('serve')
    .description('the GitHub App')
    .option('--role <role>', 'receiver, worker or all')
    .action(async (options) => finish(await (await import('./serve.ts')).serveApp(options)));
  root
    .command('demo')
    .description('the App against a GitHub of its own, with a sample repository')
    .option('--once', 'print what was posted and end')
    .option('--port <n>', 'of the page', '0')
    .action(async (options) => finish(await (await import('./demo.ts')).demo(options)));
  return root;
}
