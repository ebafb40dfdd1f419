import type { Span } from '../../core/location.ts';
import { type DataDocument, type DataNode, entryOf, get, has, literal, text, walk } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { type CloudResource, cloudResources, sagemakerEndpointConfigs } from '../../facts/formats/cloudformation.ts';
import { terraformResources } from '../../facts/formats/terraform.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { at, bad, defineCheck, good, seen } from '../../kit/index.ts';

interface Endless {
  readonly document: DataDocument;
  readonly span: Span;
  readonly bucket: string;
  /** Who writes requests into it. */
  readonly writer: { readonly document: DataDocument; readonly span: Span };
}

/** Names in `!Ref Bucket`, `!Sub s3://${Bucket}/x` and `{Ref: Bucket}` below a node. */
function namesIn(node: DataNode | undefined): ReadonlySet<string> {
  const said = [...walk(node)]
    .flatMap((each) => text(each) ?? '')
    .join(' ')
    .slice(0, 5000);
  return new Set(said.match(/[A-Za-z][\w.-]*/g) ?? []);
}

/** A comment beside the bucket says why it has no end. */
const isExplained = (document: DataDocument, span: Span): boolean =>
  document.comments.some(
    (comment) =>
      Math.abs(comment.span.start - span.start) < 400 &&
      /retention|legal hold|lifecycle|organi[sz]ation/i.test(comment.text),
  );

function formation(project: Project): readonly Endless[] {
  return sagemakerEndpointConfigs(project).flatMap(({ document, capture, entry }): readonly Endless[] => {
    if (capture?.enabled?.value === false || capture === undefined) return [];
    const names = namesIn(get(capture.node, 'DestinationS3Uri'));
    const buckets = cloudResources(project).filter(
      (each: CloudResource) =>
        each.document === document &&
        each.type === 'AWS::S3::Bucket' &&
        (names.has(each.id) || names.has(literal(get(each.properties, 'BucketName')) ?? each.id)),
    );
    return buckets
      .filter(({ properties, node }) =>
        properties === undefined
          ? has(node, 'Properties') === 'no'
          : has(properties, 'LifecycleConfiguration') === 'no',
      )
      .map(({ entry: own, id }) => ({
        document,
        span: own.keySpan,
        bucket: id,
        writer: { document, span: entryOf(capture.node)?.keySpan ?? entry.keySpan },
      }));
  });
}

function terraform(project: Project): readonly Endless[] {
  const cycles = terraformResources(project, /^aws_s3_bucket_lifecycle_configuration$/);
  return terraformResources(project, /^aws_sagemaker_endpoint_configuration$/).flatMap(
    ({ document, node, folder, refersTo }): readonly Endless[] => {
      const capture = get(node, 'data_capture_config');
      const said = [...walk(get(capture, 'destination_s3_uri'))].map((each) => text(each) ?? '').join(' ');
      if (capture === undefined || document.template) return [];
      return terraformResources(project, /^aws_s3_bucket$/)
        .filter(
          ({ address, folder: own, node: bucket }) =>
            own === folder &&
            ((refersTo.has(address) && said.includes(`${address}.`)) ||
              said.startsWith(`s3://${literal(get(bucket, 'bucket')) ?? '/'}/`)),
        )
        .filter(
          ({ address, node: bucket }) =>
            has(bucket, 'lifecycle_rule') === 'no' &&
            !cycles.some((each) => each.folder === folder && each.refersTo.has(address)),
        )
        .map(({ document: own, node: bucket, address }) => ({
          document: own,
          span: entryOf(bucket)?.keySpan ?? bucket.span,
          bucket: address,
          writer: { document, span: entryOf(capture)?.keySpan ?? capture.span },
        }));
    },
  );
}

const template = (bucket: string): string =>
  `Resources:\n  Config:\n    Type: AWS::SageMaker::EndpointConfig\n    Properties:\n      ProductionVariants: [{VariantName: all}]\n      DataCaptureConfig:\n        EnableCapture: true\n        DestinationS3Uri: !Sub "s3://\${Captured}/churn"\n${bucket}`;
const hcl = (rest: string): string =>
  `resource "aws_s3_bucket" «"captured"» {\n  bucket = "acme-captured"\n}\nresource "aws_sagemaker_endpoint_configuration" "churn" {\n  data_capture_config {\n    enable_capture     = true\n    destination_s3_uri = "s3://\${aws_s3_bucket.captured.bucket}/churn"\n  }\n}\n${rest}`;

export default defineCheck({
  evaluates: 'privacy-of-training-data',
  stage: 'monitoring',
  severity: 'medium',
  confidence: 'high',
  title: 'Captured requests are kept for ever',
  why: 'What people sent to the model piles up without end: it has to be searched for every request to delete, and all of it leaks at once.',
  fix: 'Add a lifecycle rule that expires the payload, not earlier than the logs that the law asks for.',
  references: [
    'https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html',
    'https://eur-lex.europa.eu/eli/reg/2016/679/oj',
    'https://eur-lex.europa.eu/eli/reg/2024/1689/oj',
  ],
  examples: [
    bad({
      'template.yml': template(
        '  «Captured»:\n    Type: AWS::S3::Bucket\n    Properties: {BucketName: acme-captured}\n',
      ),
    }),
    bad({
      'template.yml': template('  «Captured»:\n    Type: AWS::S3::Bucket\n').replace(
        '!Sub "s3://${Captured}/churn"',
        '!Join ["", ["s3://", !Ref Captured]]',
      ),
    }),
    bad({ 'main.tf': hcl('') }),
    bad({
      'main.tf': hcl(
        'resource "aws_s3_bucket_lifecycle_configuration" "other" {\n  bucket = aws_s3_bucket.other.id\n}\n',
      ),
    }),
    bad({
      'template.yaml': template(
        '  «Store»:\n    Type: AWS::S3::Bucket\n    Properties: {BucketName: acme-captured}\n',
      ).replace('!Sub "s3://${Captured}/churn"', 's3://acme-captured/churn'),
      'main.tf': hcl('').replace('s3://${aws_s3_bucket.captured.bucket}/churn', 's3://acme-captured/churn'),
    }),
    good({
      'template.yml': template(
        '  Captured:\n    Type: AWS::S3::Bucket\n    Properties:\n      LifecycleConfiguration: {Rules: [{Status: Enabled, ExpirationInDays: 200}]}\n  Other:\n    Type: AWS::S3::Bucket\n',
      ),
    }),
    good({
      'template.yml': template(
        '  # retention is set for the whole organization\n  Captured:\n    Type: AWS::S3::Bucket\n',
      ),
      'outside.yml': template(''),
    }),
    good({
      'main.tf': hcl(
        'resource "aws_s3_bucket_lifecycle_configuration" "captured" {\n  bucket = aws_s3_bucket.captured.id\n}\n',
      ).replace(/[«»]/g, ''),
    }),
  ],

  spans: 'project',
  *inspect(project) {
    for (const { document, span, bucket, writer } of [...formation(project), ...terraform(project)]) {
      if (isTemplatePath(document.path) || isExplained(document, span)) continue;
      yield at(document, span, `bucket \`${bucket}\` takes captured requests and expires none of them`, {
        evidence: [seen(writer.document, writer.span, 'requests are captured here')],
      });
    }
  },
});
