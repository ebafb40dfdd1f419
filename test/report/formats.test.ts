import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import type { Log } from 'sarif';
import { repoPath } from '../../src/core/location.ts';
import type { Report } from '../../src/core/report.ts';
import { renderJson } from '../../src/report/json.ts';
import { renderSarif } from '../../src/report/sarif.ts';
import { type ReportJson, renderReportSchema, reportSchema } from '../../src/report/schema.ts';
import { finding, healthyReport, report } from './fixtures.ts';
import { dice, hostileText } from './random.ts';

const SECRET = 'ghp_0123456789012345678901234567890123';

/** The report as JSON has it: monitoring as one stage beside its two rows. */
function asStages(each: Report) {
  const { consolidation } = each;
  const lifecycle = { ...consolidation.lifecycle, monitoring: consolidation.lifecycle['monitoring-drift'] };
  return { ...each, consolidation: { ...consolidation, lifecycle } };
}

describe('JSON', () => {
  const published = new URL('../../docs/report.schema.json', import.meta.url);

  test('is what its schema says, and the schema is what is published', () => {
    expect(readFileSync(published, 'utf8')).toBe(renderReportSchema());
    const valid = new Ajv({ strict: true }).compile(JSON.parse(readFileSync(published, 'utf8')));
    for (const each of [report(), healthyReport()]) {
      expect(reportSchema.parse(JSON.parse(renderJson(each)))).toEqual(JSON.parse(JSON.stringify(asStages(each))));
      valid(JSON.parse(renderJson(each)));
      expect(valid.errors).toBeNull();
    }
  });

  test('has a schema that knows every key of a report, by the compiler', () => {
    // A report is what the schema reads, and what the schema reads lacks only the brands of a report.
    const asJson = (value: Report): Mutable<ReportJson> => asStages(value) as Mutable<ReturnType<typeof asStages>>;
    const keys: readonly (keyof Report)[] = Object.keys(reportSchema.shape) as (keyof ReportJson)[];
    expect(Object.keys(asJson(report())).sort()).toEqual([...keys].sort());
  });

  test('refuses an unknown key and an impossible line', () => {
    const good = JSON.parse(renderJson(report()));
    expect(reportSchema.safeParse({ ...good, extra: 1 }).success).toBe(false);
    expect(reportSchema.safeParse({ ...good, findings: [{ ...good.findings[0], startLine: 0 }] }).success).toBe(false);
  });

  test('keeps every character of the change, hides none, and masks secrets', () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const message = hostileText(dice(seed), 9).replaceAll(SECRET, '');
      const text = renderJson(report({ findings: [finding({ message })] }));
      expect(JSON.parse(text).findings[0].message).toBe(message);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the very characters that must not be there
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e]/);
    }
    expect(renderJson(report({ why: `saw ${SECRET}` }))).toContain('saw ghp_****');
  });
});

describe('SARIF', () => {
  const schema = JSON.parse(
    readFileSync(
      createRequire(import.meta.url).resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'),
      'utf8',
    ),
  );
  const { $schema: _draft4, id, ...rules } = schema;
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  formats.default(ajv);
  // The schema is of draft 4, and uses nothing of it that draft 7 reads differently but the name of its id.
  const valid = ajv.compile({ $id: id, ...rules });

  function logOf(value: Report): Log {
    const log: unknown = JSON.parse(renderSarif(value, []));
    expect(valid(log) ? null : valid.errors).toBeNull();
    return log as Log;
  }

  test('the schema refuses what is not SARIF', () => {
    expect(valid({ version: '2.1.0', runs: [{ tool: { driver: {} } }] })).toBe(false);
  });

  test('is valid, and says where, how bad and which', () => {
    const [run] = logOf(report()).runs;
    const [first] = run?.results ?? [];
    expect(run?.tool.driver.rules?.[first?.ruleIndex ?? -1]?.id).toBe('sec-torch-load');
    expect(first?.level).toBe('error');
    expect(first?.locations?.[0]?.physicalLocation).toEqual({
      artifactLocation: { uri: 'serving/app.py', uriBaseId: '%SRCROOT%' },
      region: { startLine: 8, startColumn: 13, endLine: 8, endColumn: 55 },
    });
    expect(first?.partialFingerprints).toEqual({ 'mlReview/v1': '000000000000000000000002' });
    expect(run?.tool.driver.rules?.find((rule) => rule.id === 'sec-torch-load')?.properties).toMatchObject({
      'security-severity': '9.5',
    });
  });

  test('carries what was allowed as suppressed, what is older as unchanged, what failed as notifications', () => {
    const [run] = logOf(report()).runs;
    const by = (check: string) => run?.results?.find((each) => each.ruleId === check);
    expect(by('credential-in-ml-config')?.suppressions).toEqual([
      { kind: 'inSource', status: 'accepted', justification: 'rotated already' },
    ]);
    expect(by('leak-fit-on-test')?.suppressions).toBeUndefined();
    expect(by('nan-equality')).toMatchObject({
      baselineState: 'unchanged',
      locations: [{ logicalLocations: [{ fullyQualifiedName: 'cell 3, line 7' }] }],
    });
    expect(run?.invocations?.[0]?.toolExecutionNotifications?.map((each) => each.level)).toEqual(['warning', 'note']);
  });

  test('replaces whole lines', () => {
    const fix = logOf(report()).runs[0]?.results?.[1]?.fixes?.[0]?.artifactChanges[0]?.replacements[0];
    expect(fix).toEqual({
      deletedRegion: { startLine: 10, startColumn: 1, endLine: 11, endColumn: 1 },
      insertedContent: { text: 'X_test = scaler.transform(X_test)\n' },
    });
  });

  test('takes help from the check itself', () => {
    const why = 'The score says nothing about new rows.';
    const listed = {
      id: 'leak-fit-on-test',
      persona: 'ml-engineer',
      check: {
        evaluates: 'data-leakage',
        stage: 'validation',
        severity: 'high',
        confidence: 'high',
        title: 'fitted on test rows',
        why,
        fix: 'Fit on training rows.',
        references: ['https://example.com/pitfalls'],
        spans: 'project',
        inspect: () => [],
        examples: [],
      },
    };
    // The renderer reads the meta alone; examples and inspect are never asked.
    const log: Log = JSON.parse(renderSarif(report(), [listed] as never));
    expect(valid(log)).toBe(true);
    const rule = log.runs[0]?.tool.driver.rules?.find((each) => each.id === 'leak-fit-on-test');
    expect(rule?.help).toEqual({
      text: `${why}\n\nFit on training rows.`,
      markdown: `${why}\n\nFit on training rows.\n\n- <https://example.com/pitfalls>`,
    });
    expect(rule?.helpUri).toBe('https://example.com/checks/leak-fit-on-test');
  });

  test('is valid whatever the change holds', () => {
    for (let seed = 0; seed < 60; seed += 1) {
      const roll = dice(seed);
      const path = repoPath(`${hostileText(roll, 4).replaceAll('\u0000', '').replaceAll('/', '')}.py`);
      const text = () => hostileText(roll, 8);
      logOf(
        report({
          findings: [
            finding({
              path,
              message: text(),
              remedy: text(),
              docs: text(),
              evidence: [{ path, line: 1, note: text() }],
            }),
          ],
          incidents: [{ kind: 'unread', path, message: text(), clouds: true }],
        }),
      );
    }
    logOf(healthyReport());
  });
});

/** Readonly says how we use a value, not what it is. */
type Mutable<T> = T extends string | number | boolean
  ? T
  : T extends object
    ? { -readonly [Key in keyof T]: Mutable<T[Key]> }
    : T;
