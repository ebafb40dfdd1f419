import { createRequire } from 'node:module';
import type { LifecycleStage, Severity } from '../../core/scale.ts';
import type { ToolObservation } from '../../core/tool.ts';
import type { Adapter } from '../adapter.ts';

interface Location {
  readonly row: number;
  readonly column: number;
}

interface Diagnostic {
  readonly code: string | null;
  readonly message: string;
  readonly start_location: Location;
  readonly end_location: Location;
}

interface Ruff {
  readonly Workspace: new (
    settings: object,
    encoding: number,
  ) => { readonly check: (source: string) => readonly Diagnostic[]; readonly free: () => void };
  readonly PositionEncoding: { readonly Utf16: number };
}

/** Families that speak about ML code; everything about style stays off. */
const SELECT = [
  'NPY',
  'PD002',
  'PD007',
  'AIR3',
  'ASYNC2',
  'S102',
  'S105',
  'S106',
  'S107',
  'S113',
  'S201',
  'S301',
  'S302',
  'S307',
  'S501',
  'S506',
  'S602',
  'S608',
];

interface Family {
  readonly persona: string;
  readonly concern: string;
  readonly stage: LifecycleStage;
  readonly severity: Severity;
}

const FAMILIES: readonly (readonly [RegExp, Family])[] = [
  [/^NPY/, { persona: 'ml-engineer', concern: 'training-pipeline-reliability', stage: 'training', severity: 'low' }],
  [/^PD/, { persona: 'data-engineer', concern: 'data-quality-checks', stage: 'data', severity: 'low' }],
  [
    /^AIR/,
    { persona: 'data-engineer', concern: 'pipeline-reliability-and-idempotency', stage: 'data', severity: 'medium' },
  ],
  [/^ASYNC/, { persona: 'sre', concern: 'inference-latency', stage: 'deployment', severity: 'medium' }],
  [/^S/, { persona: 'security-auditor', concern: 'insecure-defaults', stage: 'deployment', severity: 'medium' }],
];

/** No code at all: the file does not parse as Python 3. */
const SYNTAX: Family = {
  persona: 'ml-engineer',
  concern: 'training-pipeline-reliability',
  stage: 'training',
  severity: 'high',
};

const SAME_AS: Readonly<Record<string, readonly string[]>> = {
  NPY201: ['pd-removed-api'],
  NPY001: ['pd-removed-api'],
  PD002: ['pd-chained-inplace-noop'],
  AIR304: ['airflow-dynamic-start-date'],
  ASYNC210: ['serve-blocking-in-async'],
  ASYNC251: ['serve-blocking-in-async'],
  S102: ['sec-eval-exec'],
  S105: ['sec-hardcoded-secret'],
  S106: ['sec-hardcoded-secret'],
  S107: ['sec-hardcoded-secret'],
  S113: ['serve-no-timeout'],
  S201: ['serve-flask-dev-server'],
  S301: ['sec-unsafe-unpickle'],
  S302: ['sec-unsafe-unpickle'],
  S307: ['sec-eval-exec'],
  S506: ['sec-yaml-unsafe'],
  S608: ['sql-string-built'],
};

const familyOf = (code: string): Family =>
  code === 'syntax' ? SYNTAX : (FAMILIES.find(([pattern]) => pattern.test(code))?.[1] ?? SYNTAX);

/** The same text with every `noqa` out of force; nothing moves. */
const unsilenced = (source: string): string => source.replace(/#(\s*)noqa/gi, '#$1n0qa');

const MOST_CHARACTERS = 2_000_000;

/** Ruff in process. It reads text and has no configuration but ours; loaded when first needed. */
export const ruff: Adapter = {
  tool: 'ruff',
  reads: (path) => path.endsWith('.py'),
  async run({ text }, paths) {
    const { Workspace, PositionEncoding } = createRequire(import.meta.url)('@astral-sh/ruff-wasm-nodejs') as Ruff;
    const workspace = new Workspace({ 'target-version': 'py312', lint: { select: SELECT } }, PositionEncoding.Utf16);
    try {
      const observations = paths.flatMap((path): readonly ToolObservation[] => {
        const source = text(path);
        if (source.length > MOST_CHARACTERS) return [];
        const spoken = new Set(
          workspace
            .check(source)
            .map((each) => `${each.code}:${each.start_location.row}:${each.start_location.column}`),
        );
        return workspace.check(unsilenced(source)).map((each) => {
          const code = each.code === null || each.code === 'invalid-syntax' ? 'syntax' : each.code;
          const silenced = !spoken.has(`${each.code}:${each.start_location.row}:${each.start_location.column}`);
          return {
            tool: 'ruff',
            rule: code,
            path,
            startLine: each.start_location.row,
            endLine: each.end_location.row,
            startColumn: each.start_location.column,
            endColumn: each.end_location.column,
            message: each.message.replace(/\s+/g, ' ').replace(/\.$/, ''),
            title: code === 'syntax' ? 'The file is not valid Python 3' : `ruff ${code}`,
            confidence: code === 'syntax' ? 'high' : 'medium',
            ...familyOf(code),
            docs: code === 'syntax' ? 'https://docs.astral.sh/ruff/' : `https://docs.astral.sh/ruff/rules/${code}`,
            sameAs: SAME_AS[code] ?? [],
            ...(silenced ? { silencedBy: '# noqa' } : {}),
          };
        });
      });
      return { kind: 'answered', observations };
    } catch (error) {
      return { kind: 'failed', why: error instanceof Error ? error.message : 'did not answer' };
    } finally {
      workspace.free();
    }
  },
};
