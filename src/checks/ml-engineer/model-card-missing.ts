import type { RepoPath } from '../../core/location.ts';
import { get } from '../../documents/data.ts';
import type { MarkdownDocument } from '../../documents/markdown.ts';
import type { Project } from '../../documents/project.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { registrations } from '../../facts/registry/registrations.ts';
import { at, bad, changed, defineCheck, good } from '../../kit/index.ts';

const CARD = /(^|\/)(model[-_ ]?cards?|datasheets?)([-_.][^/]*)?(\/|\.\w+$|$)|(^|\/)[^/]*model[-_ ]?card[^/]*$/i;
const PLACEHOLDER = /^(\[More Information Needed\]|TODO|TBD|\.\.\.|<!--[^>]{0,500}-->)?$/i;
const REQUIRED = /intended use|uses|limitations?|bias|evaluation|metrics|training data|data/i;

/** A README may be the card: its front matter says so, or its headings. */
function isCard({ frontMatter, headings, path }: MarkdownDocument): boolean {
  if (CARD.test(path)) return true;
  const front = ['model-index', 'pipeline_tag', 'base_model'].some((key) => get(frontMatter, key) !== undefined);
  return front || headings.some(({ text }) => /model card|intended use/i.test(text));
}

/** The first section of a card that should say something and says nothing. */
function emptySection(document: MarkdownDocument): MarkdownDocument['sections'][number] | undefined {
  return document.sections.find(({ heading, text }, index) => {
    const next = document.sections[index + 1]?.heading.level ?? 0;
    return REQUIRED.test(heading.text) && next <= heading.level && PLACEHOLDER.test(text.trim());
  });
}

const hasCard = (project: Project, cards: readonly MarkdownDocument[]): boolean =>
  cards.length > 0 ||
  project.paths.some((path: RepoPath) => CARD.test(path) && !/\.py$/.test(path)) ||
  project.documents('python', ['ModelCard', 'model_card']).length > 0;

const train = changed('import mlflow\nmodel.fit(X, y)\n', 'import mlflow\nmodel.fit(X, y)\n');

export default defineCheck({
  evaluates: 'documented-limitations-and-failure-modes',
  stage: 'validation',
  severity: 'medium',
  confidence: 'medium',
  title: 'Model without a model card',
  grades: { empty: { severity: 'low', when: 'the card is there and a section of it says nothing' } },
  why: `
    Whoever uses the model cannot know which data it saw, how it was judged and where it fails. Those who knew leave, and the model
    stays.
  `,
  fix: 'Add a `MODEL_CARD.md` with intended use, training data, evaluation by group and known limits.',
  references: ['https://arxiv.org/abs/1810.03993', 'https://huggingface.co/docs/hub/model-cards'],
  examples: [
    bad({
      'src/train.py':
        'import mlflow as flow\n\ndef run(model, X, y):\n    model.fit(X, y)\n    «flow.sklearn.log_model»(model, "model", registered_model_name="churn")\n',
    }),
    bad({
      'src/train.py': train,
      'src/register.py':
        'from mlflow import register_model as register\n\nclass Step:\n    def run(self, uri):\n        return «register»(uri, "churn")\n',
    }),
    bad({
      'src/train.py': train,
      'dvc.yaml': 'stages: {}\nartifacts:\n  «churn»:\n    path: model.pkl\n    type: model\n',
    }),
    bad({
      'src/train.py': train,
      'recipe.yaml': 'recipe: "classification/v1"\nsteps: {register: {}}\nmodel_registry:\n  model_name: «churn»\n',
    }),
    bad.as('empty')({
      'MODEL_CARD.md':
        '# Churn\n\n## «Intended use»\n\n[More Information Needed]\n\n## Evaluation\n\nAUC 0.9\n'.replace(
          '## «Intended use»',
          '«## Intended use»',
        ),
      'src/train.py': train,
    }),
    good({
      'src/train.py': train,
      'components/upload.py':
        'import google.cloud.aiplatform as aip\nfrom kfp.dsl import component\n\n@component(base_image="python:3.9")\ndef upload(model_name: str, uri: str):\n    def put():\n        return aip.Model.upload(display_name=model_name, artifact_uri=uri)\n    put()\n',
    }),
    good({
      'src/train.py': 'import mlflow\nmodel.fit(X, y)\nmlflow.register_model("runs:/x", "churn")\n',
      'docs/model_card.md': '# Churn\n\n## Uses\n\n### Direct use\n\nScoring\n\n## Limitations\n\nNew customers\n',
    }),
    good({
      'src/train.py': 'import mlflow\nmodel.fit(X, y)\nmlflow.register_model("runs:/x", "churn")\n',
      'README.md': '---\nlicense: mit\nmodel-index: []\n---\n# Churn\n',
    }),
    good({
      'src/train.py': train,
      'components/upload.py': `
        from kfp.dsl import component

        @component(base_image="python:3.9")
        def upload_model(model_uri: str, model_name: str):
            import google.cloud.aiplatform as aip

            def upload():
                return aip.Model.upload(display_name=model_name, artifact_uri=model_uri)

            upload()
      `,
    }),
    good({
      'serve.py': 'import mlflow\nmlflow.register_model("runs:/x", "churn")\n',
      'lib/fit.py': 'def helper():\n    pass\n',
    }),
    good({
      'tests/test_train.py': 'import mlflow\nmodel.fit(X, y)\nmlflow.register_model("runs:/x", "churn")\n',
      '{{name}}/train.py': 'import mlflow\nmodel.fit(X, y)\nmlflow.register_model("runs:/x", "churn")\n',
    }),
  ],

  spans: 'project',
  *inspect(project) {
    const cards = project.documents('markdown').filter(isCard);
    for (const card of cards) {
      const empty = isTemplatePath(card.path) || !CARD.test(card.path) ? undefined : emptySection(card);
      if (empty !== undefined)
        yield at(card, empty.heading.span, `the section \`${empty.heading.text}\` of the model card says nothing`, {
          grade: 'empty',
        });
    }
    const [first] = registrations(project);
    if (first !== undefined && !hasCard(project, cards))
      yield at(first.document, first.span, `${first.says} registers a model, and the repository has no model card`);
  },
});
