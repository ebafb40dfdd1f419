import type { Evidence, Finding, Suggestion } from '../core/finding.ts';
import { clip, codeSpan, guidance, isPlainUrl, prose, rawFence, reveal } from './escape.ts';
import { writeMarker } from './marker.ts';
import { holdsSecret } from './secrets.ts';
import {
  capital,
  concernName,
  MARKS,
  type Participants,
  plural,
  SEVERITY_NAMES,
  sentence,
  voices,
  whereOf,
} from './words.ts';

export interface CommentContext {
  readonly participants: Participants;
  /** Version of the product, for the marker. */
  readonly version: string;
  /** Offer the fix as a committable suggestion; only where its lines lie in one hunk. */
  readonly suggest: boolean;
}

const MOST_MESSAGE = 1_200;
const MOST_NOTE = 300;
const MOST_REMEDY = 3_000;
const MOST_EVIDENCE = 8;
const MOST_PLACES = 40;
const MOST_SUGGESTION = 8_000;

/** The body of an inline comment for one finding: Markdown, under 60,000 bytes. */
export function renderComment(finding: Finding, context: CommentContext): string {
  const { suggestion } = finding;
  const offered = context.suggest && suggestion !== undefined && isCommittable(suggestion) ? suggestion : undefined;
  return lines(
    heading(finding, context.participants),
    sentence(capital(prose(clip(finding.message, MOST_MESSAGE)))),
    '',
    evidenceLine(finding.evidence),
    `**Fix** ${guidance(clip(finding.remedy, MOST_REMEDY))}`,
    offered === undefined ? undefined : rawFence(offered.text, 'suggestion'),
    ratingLine(finding),
    refusal(finding),
    writeMarker({ fingerprints: [finding.fingerprint], version: context.version }),
  );
}

/** One comment for several findings of one check, anchored at the first. Markdown, under 60,000 bytes. */
export function renderGroupComment(findings: readonly [Finding, ...Finding[]], context: CommentContext): string {
  const [first] = findings;
  const shown = findings.slice(0, MOST_PLACES);
  const more = findings.length - shown.length;
  return lines(
    `${heading(first, context.participants)} · ${plural(findings.length, 'place', 'places')}`,
    ...shown.map((each) => `- ${codeSpan(clip(whereOf(each), MOST_NOTE))} ${prose(clip(each.message, MOST_NOTE))}`),
    more === 0 ? undefined : `- and ${more} more`,
    '',
    `**Fix** ${guidance(clip(first.remedy, MOST_REMEDY))}`,
    ratingLine(first),
    refusal(first),
    writeMarker({ fingerprints: findings.map((each) => each.fingerprint), version: context.version }),
  );
}

/** `# ml-review: allow[id] reason` in the comment syntax of the file; undefined where the format has no comments. */
export function allowSyntax(path: string, check: string): string | undefined {
  const name = path.split('/').at(-1)?.toLowerCase() ?? '';
  const allow = `ml-review: allow[${check}] reason`;
  if (/\.(json|lock|csv|pkl|pt|pth|bin|onnx|h5|keras|safetensors|joblib|npy|npz|gguf|parquet|db)$/.test(name))
    return undefined;
  if (/\.sql$/.test(name)) return `-- ${allow}`;
  if (/\.(js|ts|go|java|proto)$/.test(name)) return `// ${allow}`;
  if (/\.(md|html|xml)$/.test(name)) return `<!-- ${allow} -->`;
  return `# ${allow}`;
}

function heading(finding: Finding, participants: Participants): string {
  const parts = [SEVERITY_NAMES[finding.severity], voices(participants, finding), concernName(participants, finding)];
  return `**${MARKS[finding.severity]} ${parts.map((part) => prose(part)).join(' · ')}**`;
}

function evidenceLine(evidence: readonly Evidence[]): string | undefined {
  if (evidence.length === 0) return undefined;
  const more = evidence.length - MOST_EVIDENCE;
  const shown = evidence
    .slice(0, MOST_EVIDENCE)
    .map(({ path, line, note }) =>
      `${codeSpan(clip(`${path}:${line}`, MOST_NOTE))} ${prose(clip(note, MOST_NOTE))}`.trim(),
    );
  return `**Evidence** ${sentence([...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; '))}`;
}

/** Only what the reader would otherwise wonder about: a severity of its own, a doubt, a second source. */
function ratingLine(finding: Finding): string | undefined {
  const tools = finding.sources.filter((source) => source !== 'ml-review').map(codeSpan);
  const parts = [
    ...(finding.severityReason === undefined
      ? []
      : [`rated ${finding.severity} because ${prose(clip(finding.severityReason, MOST_NOTE))}`]),
    ...(finding.confidence === 'low' ? ['the panel is not sure of this one'] : []),
    ...(tools.length === 0 ? [] : [`also reported by ${tools.join(', ')}`]),
  ];
  if (parts.length === 0) return undefined;
  const text = parts.join('; ');
  return `**Note** ${sentence(text.charAt(0).toUpperCase() + text.slice(1))}`;
}

function refusal(finding: Finding): string {
  const allow = allowSyntax(finding.path, finding.check);
  const ways = [...(allow === undefined ? [] : [codeSpan(allow)]), 'reply `/ml-review accept <reason>`'];
  const docs = isPlainUrl(finding.docs) ? `[${finding.check}](${finding.docs}) · ` : '';
  return `<details><summary>Why, and how to say no</summary>\n\n${docs}${ways.join(' or ')}\n\n</details>`;
}

/** A suggestion is committed as it stands, so it is offered only where what is shown is all there is. */
function isCommittable({ text }: Suggestion): boolean {
  const hides = reveal(text.replaceAll('\r\n', '\n')) !== text.replaceAll('\r\n', '\n');
  return text.length <= MOST_SUGGESTION && !hides && !holdsSecret(text);
}

function lines(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join('\n');
}
