import type { ArtifactChange, Location, Log, Notification, PhysicalLocation, ReportingDescriptor, Result } from 'sarif';
import type { Evidence, Finding } from '../core/finding.ts';
import type { Incident, Report } from '../core/report.ts';
import type { Severity } from '../core/scale.ts';
import type { Listed } from '../kit/index.ts';
import { clip, isPlainUrl, plain } from './escape.ts';
import { printJson } from './json.ts';
import { holdsSecret } from './secrets.ts';
import { sentence } from './words.ts';

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
};

/** What GitHub ranks security results by, on the scale of CVSS. */
const SCORES: Readonly<Record<Severity, string>> = { critical: '9.5', high: '8.0', medium: '5.0', low: '2.0' };

const SECURITY = 'security-auditor';
const ROOT = { uriBaseId: '%SRCROOT%' } as const;
const MOST = 2_000;

/** The report as a SARIF 2.1.0 log. `checks` gives the rules their help; a rule that is not there helps with what its finding says. */
export function renderSarif(report: Report, checks: readonly Listed[]): string {
  const ids = [...new Set(report.findings.map((each) => each.check))].sort();
  const known = new Map<string, Listed>(checks.map((each) => [each.id, each]));
  const rules = ids.map((id) => ruleOf(id, known.get(id), report.findings));
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'ml-review', version: report.version, semanticVersion: report.version, rules } },
        automationDetails: { id: 'ml-review/' },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: !report.incidents.some((each) => each.kind === 'check-crashed'),
            toolExecutionNotifications: report.incidents.map(notificationOf),
          },
        ],
        results: report.findings.map((each) => resultOf(each, ids.indexOf(each.check))),
        properties: { verdict: report.verdict, base: report.base, head: report.head },
      },
    ],
  };
  return printJson(log);
}

function ruleOf(id: string, listed: Listed | undefined, findings: readonly Finding[]): ReportingDescriptor {
  const example = findings.find((each) => each.check === id);
  const title = listed?.check.title ?? example?.title ?? id;
  const why = listed?.check.why ?? '';
  const fix = listed?.check.fix ?? example?.remedy ?? '';
  const severity = listed?.check.severity ?? example?.severity ?? 'medium';
  const persona = listed?.persona ?? example?.persona ?? '';
  const help = [why, fix].filter((part) => part !== '').join('\n\n') || title;
  const references = (listed?.check.references ?? []).map((each) => `- <${each}>`).join('\n');
  return {
    id,
    shortDescription: { text: plain(title) },
    fullDescription: { text: plain(why === '' ? title : why) },
    help: { text: help, markdown: references === '' ? help : `${help}\n\n${references}` },
    ...(example !== undefined && isPlainUrl(example.docs) ? { helpUri: example.docs } : {}),
    defaultConfiguration: { level: LEVELS[severity] },
    properties: {
      tags: [
        'machine-learning',
        persona,
        listed?.check.stage ?? example?.stage ?? '',
        ...(persona === SECURITY ? ['security'] : []),
      ].filter((tag) => tag !== ''),
      precision: { high: 'high', medium: 'medium', low: 'low' }[
        listed?.check.confidence ?? example?.confidence ?? 'medium'
      ],
      ...(persona === SECURITY ? { 'security-severity': SCORES[severity] } : {}),
    },
  };
}

function resultOf(finding: Finding, ruleIndex: number): Result {
  const { persona, alsoRaisedBy, sources, severity, confidence, stage, placement, side } = finding;
  return {
    ruleId: finding.check,
    ruleIndex,
    level: LEVELS[severity],
    kind: 'fail',
    message: { text: `${sentence(plain(clip(finding.message, MOST)))} ${plain(clip(finding.remedy, MOST))}` },
    locations: [{ physicalLocation: placeOf(finding), ...cellOf(finding) }],
    ...(finding.evidence.length === 0 ? {} : { relatedLocations: finding.evidence.map(relatedOf) }),
    partialFingerprints: { 'mlReview/v1': finding.fingerprint },
    baselineState: finding.introduced ? 'new' : 'unchanged',
    ...suppressionsOf(finding),
    ...fixesOf(finding),
    properties: { persona, alsoRaisedBy, sources, severity, confidence, stage, placement, side },
  };
}

function suppressionsOf({ allowed }: Finding): Pick<Result, 'suppressions'> {
  if (allowed === undefined) return {};
  const kind = allowed.by === 'comment' ? 'inSource' : 'external';
  return { suppressions: [{ kind, status: 'accepted', justification: plain(clip(allowed.reason, MOST)) }] };
}

function fixesOf(finding: Finding): Pick<Result, 'fixes'> {
  const { suggestion } = finding;
  if (suggestion === undefined || holdsSecret(suggestion.text)) return {};
  const description = { text: plain(clip(finding.remedy, MOST)) };
  return { fixes: [{ description, artifactChanges: [changeOf(finding, suggestion)] }] };
}

function placeOf({ path, startLine, startColumn, endLine, endColumn }: Finding): PhysicalLocation {
  return { artifactLocation: { uri: uriOf(path), ...ROOT }, region: { startLine, startColumn, endLine, endColumn } };
}

function cellOf({ cell, cellLine }: Finding): Pick<Location, 'logicalLocations'> {
  return cell === undefined
    ? {}
    : { logicalLocations: [{ fullyQualifiedName: `cell ${cell}, line ${cellLine ?? 1}`, kind: 'module' }] };
}

function relatedOf({ path, line, note }: Evidence, index: number): Location {
  const physicalLocation = { artifactLocation: { uri: uriOf(path), ...ROOT }, region: { startLine: line } };
  return { id: index + 1, physicalLocation, message: { text: plain(clip(note, MOST)) || 'evidence' } };
}

function changeOf({ path }: Finding, { startLine, endLine, text }: NonNullable<Finding['suggestion']>): ArtifactChange {
  return {
    artifactLocation: { uri: uriOf(path), ...ROOT },
    replacements: [
      {
        deletedRegion: { startLine, startColumn: 1, endLine: endLine + 1, endColumn: 1 },
        insertedContent: { text: `${text}\n` },
      },
    ],
  };
}

function notificationOf({ kind, path, line, message, clouds }: Incident): Notification {
  const region = line === undefined ? {} : { region: { startLine: line } };
  return {
    descriptor: { id: kind },
    level: clouds ? 'warning' : 'note',
    message: { text: sentence(plain(clip(message, MOST))) },
    ...(path === undefined
      ? {}
      : { locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(path), ...ROOT }, ...region } }] }),
  };
}

/** Each part of the path percent-encoded; a lone surrogate, which no URI can hold, becomes the replacement character. */
function uriOf(path: string): string {
  return path
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .split('/')
    .map(encodeURIComponent)
    .join('/');
}
