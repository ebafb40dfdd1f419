import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('../src/', import.meta.url));

/** Rooms by floor, lowest first. A file imports from its own room and from lower floors. */
const FLOORS: readonly { readonly rooms: readonly string[]; readonly packages: readonly string[] }[] = [
  { rooms: ['core'], packages: [] },
  {
    rooms: ['documents'],
    packages: [
      'web-tree-sitter',
      'yaml',
      'jsonc-parser',
      'toml-eslint-parser',
      'dockerfile-ast',
      'jsfive',
      '@renovatebot/pep440',
      '@guanmingchiu/sqlparser-ts',
      'node:module',
      'node:url',
      'node:zlib',
    ],
  },
  { rooms: ['facts', 'kit'], packages: [] },
  { rooms: ['checks', 'personas', 'readiness', 'conflicts'], packages: ['personas:yaml', 'personas:zod'] },
  {
    rooms: ['panel', 'report', 'docs'],
    packages: [
      'panel:node:crypto',
      'report:@dagrejs/dagre',
      'report:zod',
      'report:picocolors',
      'report:node:crypto',
      'report:markdown-it',
      'report:sarif',
    ],
  },
  {
    rooms: [
      'github',
      'git',
      'tools',
      'service',
      'sandbox',
      'catalog.ts',
      'config.ts',
      'languages.ts',
      'engine.ts',
      'version.ts',
      'config',
    ],
    packages: ['*'],
  },
  { rooms: ['app.ts', 'cli.ts', 'action.ts', 'scripts', 'commands'], packages: ['*'] },
];

/** Rooms of one floor that may be imported by their neighbours, and why. */
const NEIGHBOURS: Readonly<Record<string, string>> = {
  'kit -> facts': 'a check says how it treats a class of path',
  'cli.ts -> commands': 'a door calls its commands',
  'app.ts -> commands': 'the door and the command share what they wire',
  'action.ts -> commands': 'a door calls its commands',
  'commands -> app.ts': 'serving opens the door',
  'scripts -> commands': 'a measurement reviews as the command does',
  'engine.ts -> catalog.ts': 'the engine is the catalogue with its grammars loaded',
  'engine.ts -> languages.ts': 'the engine is the catalogue with its grammars loaded',
  'engine.ts -> version.ts': 'a report names the version that wrote it',
};

const MOST_LINES = 250;
const MOST_LINES_OF_A_CHECK = 120;
const DOORS = /^(app|cli|action)\.ts$/;
const MOST_LINES_OF_A_DOOR = 60;

interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? filesBelow(join(folder, entry.name))
      : entry.name.endsWith('.ts')
        ? [join(folder, entry.name)]
        : [],
  );
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\b[^'";]*?from\s*'([^']+)'|(?:^|\n)import\s*'([^']+)'|\bimport\('([^']+)'\)/g;

const files: readonly SourceFile[] = filesBelow(SOURCE).map((file) => {
  const text = readFileSync(file, 'utf8');
  return {
    path: relative(SOURCE, file),
    text,
    imports: [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? ''),
  };
});

const roomOf = (path: string): string => path.split('/')[0] ?? path;
const floorOf = (room: string): number => FLOORS.findIndex((floor) => floor.rooms.includes(room));

function violation(file: SourceFile, specifier: string): string | undefined {
  const room = roomOf(file.path);
  const floor = floorOf(room);
  if (!specifier.startsWith('.')) {
    const allowed = FLOORS.slice(floor, floor + 1).flatMap((each) => each.packages);
    const name = specifier.startsWith('node:')
      ? specifier
      : specifier
          .split('/')
          .slice(0, specifier.startsWith('@') ? 2 : 1)
          .join('/');
    const fine = allowed.includes('*') || allowed.includes(name) || allowed.includes(`${room}:${name}`);
    return fine ? undefined : `${file.path} imports the package ${name}`;
  }
  const target = normalize(join(dirname(file.path), specifier));
  const targetRoom = roomOf(target);
  const targetFloor = floorOf(targetRoom);
  if (targetRoom === room) {
    const persona = (path: string): string => path.split('/').slice(0, 3).join('/');
    if (room === 'checks' && persona(target) !== persona(file.path))
      return `${file.path} imports another check, ${target}`;
    return undefined;
  }
  if (targetFloor === -1 || targetFloor > floor)
    return `${file.path} (floor ${floor}) imports ${target} (floor ${targetFloor})`;
  if (targetFloor < floor || `${room} -> ${targetRoom}` in NEIGHBOURS) return undefined;
  return `${file.path} imports its neighbour ${target}`;
}

test('every room has a floor', () => {
  expect([...new Set(files.map((file) => roomOf(file.path)))].filter((room) => floorOf(room) === -1)).toEqual([]);
});

test('nobody imports upwards, sideways or a foreign package', () => {
  const found = files.flatMap((file) => file.imports.map((specifier) => violation(file, specifier)));
  expect(found.filter((each) => each !== undefined)).toEqual([]);
});

test('nothing below floor 5 awaits', () => {
  const pure = files.filter((file) => floorOf(roomOf(file.path)) < 5);
  // Loading a grammar is the one wait a language has; floor 5 calls it before anything is parsed.
  const loaders = /documents\/(python\/(parse|grammar|load)|hcl|grammar)\.ts$/;
  expect(
    pure
      .filter(
        (file) =>
          /\bawait\b/.test(file.text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'|`[^`]*`/g, '')) &&
          !loaders.test(file.path),
      )
      .map((file) => file.path),
  ).toEqual([]);
});

test('files stay small', () => {
  // A check's examples are its documentation and its tests; the limit is for the rest.
  const linesOf = ({ path, text }: SourceFile): number =>
    (path.startsWith('checks/') ? text.replace(/\n {2}examples: \[\n[\s\S]*?\n {2}\],\n/, '\n') : text).split('\n')
      .length - 1;
  const limit = (path: string): number =>
    path.startsWith('checks/') ? MOST_LINES_OF_A_CHECK : DOORS.test(path) ? MOST_LINES_OF_A_DOOR : MOST_LINES;
  const long = files
    .map((file) => ({ path: file.path, lines: linesOf(file) }))
    .filter(({ path, lines }) => lines > limit(path));
  expect(long).toEqual([]);
});
