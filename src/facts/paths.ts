import type { RepoPath } from '../core/location.ts';

/** What a path says about the role of a file, by whole tokens; the first that fits, in this order. */
export const PATH_CLASSES = ['test', 'docs', 'example', 'benchmark', 'notebook', 'production'] as const;
export type PathClass = (typeof PATH_CLASSES)[number];

/** Where a resource lives, by tokens of its path or name. */
export type Environment = 'production' | 'staging' | 'development' | 'unknown';

const DIRECTORIES: Readonly<Record<Exclude<PathClass, 'production'>, ReadonlySet<string>>> = {
  test: new Set(['test', 'tests', 'testing', 'testdata', 'fixtures', 'e2e', 'qa', '__tests__', '__mocks__']),
  docs: new Set(['docs', 'doc', 'documentation', 'website']),
  example: new Set(
    'example examples sample samples tutorial tutorials demo demos quickstart quickstarts template templates cookiecutter'.split(
      ' ',
    ),
  ),
  benchmark: new Set(['benchmark', 'benchmarks', 'bench', 'perf']),
  notebook: new Set([
    'notebooks',
    'notebook',
    'exploration',
    'exploratory',
    'research',
    'experiments',
    'eda',
    'scratch',
  ]),
};

const PRODUCTION = new Set(['prod', 'prd', 'production', 'live']);
const STAGING = new Set(['staging', 'stage', 'stg', 'preprod', 'uat', 'qa']);
const DEVELOPMENT = new Set('dev development test sandbox local nonprod demo playground poc'.split(' '));

const STORES = new Set(
  'disk cache storage path paths file files model models data volume ssd nvme pvc store'.split(' '),
);

/** Lower-case words of a name: split at anything that is neither letter nor digit, and at camelCase. */
export function tokensOf(name: string): readonly string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((token) => token !== '');
}

/** `pre-prod` and `non-prod` are what comes before it. */
function beforeProduction(word: string | undefined): Environment {
  if (word === 'pre') return 'staging';
  return word === 'non' || word === 'not' ? 'development' : 'production';
}

/** The environment that a path or a name speaks of; `unknown` when it names none or several. */
export function environmentOf(name: string): Environment {
  const tokens = tokensOf(name);
  const named = new Set<Environment>();
  for (const [at, token] of tokens.entries()) {
    // `local-disk` and `live_data` are places of data, not environments.
    if ((token === 'local' || token === 'live') && STORES.has(tokens[at + 1] ?? '')) continue;
    if (PRODUCTION.has(token)) named.add(beforeProduction(tokens[at - 1]));
    else if (STAGING.has(token)) named.add('staging');
    else if (DEVELOPMENT.has(token)) named.add('development');
  }
  const [only] = named;
  return named.size === 1 && only !== undefined ? only : 'unknown';
}

/** `values-example.yaml`, `hello-pipeline.yml`; in code the words have other meanings. */
const isExampleFile = (file: string): boolean =>
  /(^|[-_.])examples?([-_.]|$)|^hello[-_.]/.test(file) &&
  /\.(ya?ml|json|toml|tfvars|ini|conf|env|properties)(\.example)?$/.test(file);

/** `chapter4_serving_patterns`: the folders of a book or a course. */
const CHAPTER = /^(chapter|lesson|lecture|exercise)s?[-_ ]?\d{1,3}([-_ .]|$)/;

function isTestFile(file: string): boolean {
  return /^(test_.*|.*_test|conftest)\.py$/.test(file) || /\.(test|spec)\.[jt]sx?$/.test(file);
}

/** `.github/values-minimal.yaml`: what a run of the project's own tests is given; workflows and what speaks to GitHub are more. */
const isOfContinuousIntegration = (path: string): boolean =>
  /^\.github\/(?!workflows\/|actions\/)[\w./-]*(values|manifest|deployment|config-map|compose)[\w.-]*\.(ya?ml|json)$/i.test(
    path,
  );

/** The class of a path; `production` when nothing says otherwise. */
export function pathClassOf(path: RepoPath): PathClass {
  const parts = path.toLowerCase().split('/');
  const file = parts.pop() ?? '';
  if (isTestFile(file) || isOfContinuousIntegration(path)) return 'test';
  for (const name of PATH_CLASSES) {
    if (
      name !== 'production' &&
      parts.some(
        (part) =>
          DIRECTORIES[name].has(part) ||
          (name === 'example' && (part.startsWith('cookiecutter') || CHAPTER.test(part))),
      )
    ) {
      return name;
    }
    if (name === 'example' && isExampleFile(file)) return name;
  }
  return 'production';
}

const isTemplateSegment = (part: string): boolean => part.includes('{{') || part.includes('{%');

/** True for files of a template repository, whose names or folders hold placeholders. */
export const isTemplatePath = (path: RepoPath): boolean =>
  path.split('/').some(isTemplateSegment) || /\.(tmpl|tpl|j2|jinja2?)$/.test(path);
