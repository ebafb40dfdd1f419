import { get, number, text, walk } from '../documents/data.ts';
import type { Project } from '../documents/project.ts';
import { entriesNamed, type NamedEntry } from '../facts/formats/named.ts';
import { bad, defineConflict, good, seen } from '../kit/index.ts';

/** Half a year: what a high-risk system's log has to be kept for, Article 19 of the AI Act. */
const KEEP_DAYS = 180;

const template = (prefix: string, days: number): string => `
  Resources:
    Bucket:
      Type: AWS::S3::Bucket
      Properties:
        LifecycleConfiguration:
          Rules:
            - { Id: expire, Status: Enabled, Prefix: ${prefix}, ExpirationInDays: ${days} }
    Config:
      Type: AWS::SageMaker::EndpointConfig
      Properties:
        ProductionVariants: [{ VariantName: all }]
        DataCaptureConfig:
          EnableCapture: true
          InitialSamplingPercentage: 100
          DestinationS3Uri: s3://acme-ml/data-capture/credit
          CaptureOptions: [{ CaptureMode: Input }, { CaptureMode: Output }]
`;

/** Prefix of the objects that an expiry deletes, where the rule names one. */
function prefixOf({ entry }: NamedEntry): string | undefined {
  const rule = entry.value.parent;
  return [...walk(rule)].flatMap((node) => text(get(node, 'Prefix')) ?? text(get(node, 'prefix')) ?? [])[0];
}

const daysOf = ({ entry }: NamedEntry): number | undefined =>
  entry.key === 'expiration' ? number(get(entry.value, 'days') ?? get(entry.value, 0, 'days')) : number(entry.value);

const destinations = (project: Project): readonly NamedEntry[] =>
  entriesNamed(project, 'DestinationS3Uri', 'destination_s3_uri');

export default defineConflict({
  title: 'Deleting requests early against keeping a record of them',
  between: ['security-auditor', 'data-engineer'],
  tradeOff: 'storage limitation against accountability',
  resolution:
    'Split what is kept: a short time to live for raw payloads, and at least six months for a minimal event log of ids, versions, times and decisions.',
  why: 'both duties are met, because the record of a decision does not need the payload',
  references: ['https://gdpr-info.eu/art-5-gdpr/', 'https://artificialintelligenceact.eu/article/19/'],
  examples: [
    bad({ 'deploy/template.yml': template('data-capture/', 30) }),
    good({ 'deploy/template.yml': template('data-capture/', 365) }),
    good({ 'deploy/template.yml': template('tmp/', 30) }),
  ],
  clash({ project }) {
    for (const expiry of entriesNamed(project, 'ExpirationInDays', 'expiration')) {
      const [days, prefix] = [daysOf(expiry), prefixOf(expiry)];
      if (days === undefined || days >= KEEP_DAYS || prefix === undefined || prefix === '') continue;
      const kept = destinations(project).find(({ entry }) =>
        (text(entry.value) ?? '').includes(`/${prefix.replace(/\/$/, '')}`),
      );
      if (kept === undefined || ![expiry, kept].some(({ document }) => project.changed.has(document.path))) continue;
      return {
        first: {
          says: 'Requests hold data of people and go after a set time.',
          evidence: [seen(expiry.document, expiry.entry.keySpan, `deletes \`${prefix}\` after ${days} days`)],
        },
        second: {
          says: 'Captured requests are the only record of what the model decided, and monitoring and audits go back further.',
          evidence: [seen(kept.document, kept.entry.keySpan, 'requests are captured there')],
        },
        escalate: {
          question: 'Is this a high-risk use, or is there a legal hold on its decisions?',
          options: [
            'Yes: keep a minimal event log for at least six months',
            'No: the deletion rule is enough, and the period is written down',
          ],
        },
      };
    }
    return undefined;
  },
});
