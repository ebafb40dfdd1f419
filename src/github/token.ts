import type { Bot } from './bot.ts';

/** A token of the installation for reading contents over git. Octokit keeps it and renews it before it ends. */
export async function installationToken({ gh }: Pick<Bot, 'gh'>): Promise<string> {
  const { token } = (await gh.auth({ type: 'installation' })) as { readonly token: string };
  return token;
}
