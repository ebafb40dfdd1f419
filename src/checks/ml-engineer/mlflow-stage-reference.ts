import type { Outcome } from '../../core/finding.ts';
import { type DataDocument, entryOf, get, literal, walk } from '../../documents/data.ts';
import type { DockerfileDocument } from '../../documents/dockerfile.ts';
import { spanWithin } from '../../facts/formats/written.ts';
import { isBelow, versionMap } from '../../facts/versions/map.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const URI = /models:\/{1,3}[^/@\s"']{1,200}\/(Production|Staging|Archived)\b/;
const STAGE = /^(Production|Staging|Archived)$/;

function* inData(document: DataDocument): Generator<Outcome> {
  for (const root of document.roots) {
    for (const node of walk(root)) {
      const said = node.kind === 'scalar' && typeof node.value === 'string' ? node.value : '';
      const uri = URI.exec(said);
      if (uri !== null) yield at(document, spanWithin(node, uri[0]), `\`${uri[0]}\` loads by a stage of MLflow`);
      const key = entryOf(node)?.key ?? '';
      const ofModel =
        /^(model|registry|mlflow|mlflow_model)_?stage$/i.test(key) ||
        (/^((target|to|new)_)?stage$/i.test(key) &&
          ['model_name', 'registered_model_name'].some((name) => get(node.parent, name) !== undefined));
      if (uri === null && ofModel && STAGE.test(literal(node) ?? ''))
        yield at(document, node.span, `\`${key}\` names the stage \`${literal(node) ?? ''}\` of MLflow`);
    }
  }
}

function* inDockerfile(document: DockerfileDocument): Generator<Outcome> {
  for (const match of document.text.matchAll(new RegExp(URI, 'g'))) {
    const span = { start: match.index, end: match.index + match[0].length };
    if (!document.comments.some((comment) => comment.span.start <= span.start && span.end <= comment.span.end))
      yield at(document, span, `\`${match[0]}\` loads by a stage of MLflow`);
  }
}

export default defineCheck({
  evaluates: 'model-versioning',
  stage: 'deployment',
  severity: 'low',
  confidence: 'high',
  title: 'Configuration that names a stage of MLflow',
  why: `
    Stages are deprecated since MLflow 2.9 and will be taken away. Four fixed names for all environments cannot say which version
    was served when.
  `,
  fix: 'Set an alias on the version and load `models:/name@alias`.',
  references: ['https://mlflow.org/docs/latest/ml/model-registry/workflow/'],
  mentions: ['models:/', 'Production', 'Staging', 'Archived'],
  examples: [
    bad({
      'conf/serve.yaml':
        'model:\n  uri: «models:/churn/Production»\nregistry:\n  model_name: churn\n  stage: «Staging»\n',
      'app.toml': 'model_stage = «"Production"»\n',
      'compose.yml':
        'services:\n  api:\n    image: x\n    command: mlflow models serve -m «models:/churn/Staging» -p 80\n',
      Dockerfile: 'FROM python:3.11\n# models:/old/Production\nENV MODEL_URI=«models:/churn/Production»\n',
    }),
    good({
      'conf/serve.yaml':
        '# models:/churn/Production\nmodel:\n  uri: models:/churn@champion\n  pinned: models:/churn/7\nstage: Production\ndeploy: {stage: Staging, name: web}\n',
      'app.toml': 'model_stage = "champion"\n',
    }),
    good({ 'old/conf.yaml': 'uri: models:/churn/Production\n', 'old/requirements.txt': 'mlflow==2.3.0\n' }),
  ],

  reads: ['yaml', 'json', 'toml', 'ini', 'dockerfile'],
  *inspect(document, project) {
    if (isBelow(versionMap(project, document.path)('mlflow'), '2.9') === 'yes') return;
    yield* document.kind === 'dockerfile' ? inDockerfile(document) : inData(document);
  },
});
