/** Why extracting an entry of this name writes outside of the target folder; undefined where it does not. */
export function escapes(name: string): string | undefined {
  if (name.includes('\0')) return 'holds a NUL';
  const plain = name.replaceAll('\\', '/');
  if (plain.startsWith('/')) return 'is absolute';
  if (/^[A-Za-z]:/.test(plain)) return 'names a drive';
  if (plain.split('/').includes('..')) return 'leads above its folder';
  return undefined;
}

/** The same for a link: where it points, seen from the folder of the entry. */
export function linkEscapes(entry: string, target: string): string | undefined {
  const absolute = escapes(target.replaceAll('..', ''));
  if (absolute !== undefined) return absolute;
  let level = entry.split('/').length - 1;
  for (const part of target.split('/')) {
    if (part === '..') level -= 1;
    else if (part !== '' && part !== '.') level += 1;
    if (level < 0) return 'points out of the archive';
  }
  return undefined;
}
