import { isTemplatePath } from '../../facts/paths.ts';
import { keptVersions, replacedDeployments, replacedFolders } from '../../facts/serving/ways-back.ts';
import { at, atFile, bad, changed, defineCheck, good, seen } from '../../kit/index.ts';

const blue = (name: string): string =>
  `name: ${name}\nendpoint_name: churn\nmodel: azureml:churn:7\ninstance_type: Standard_DS3_v2\ninstance_count: 3\n`;
const triton = (count: string): string =>
  `name: "m"\nbackend: "onnxruntime"\nmax_batch_size: 8\ninput [{ name: "x" }]\nversion_policy { latest { num_versions: ${count} } }\n`;
const server = (limit: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: t}\nspec:\n  revisionHistoryLimit: ${limit}\n  template: {spec: {containers: [{name: t, image: "tensorflow/serving:2.15.0"}]}}\n`;

export default defineCheck({
  evaluates: 'rollback',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  title: 'The version to go back to goes with the new one',
  why: 'When the new model turns out bad there is nothing to switch to: the old one has to be found, rebuilt and loaded first, while the bad one answers.',
  fix: 'Keep the previous version deployable until the new one has proved itself, and remove it in a change of its own.',
  references: [
    'https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/user_guide/model_configuration.html#version-policy',
    'https://learn.microsoft.com/en-us/azure/machine-learning/how-to-safely-rollout-online-endpoints',
  ],
  examples: [
    bad({ 'blue.yml': changed(blue('«blue»'), null), 'green.yml': changed(null, blue('green')) }),
    bad({ 'm/config.pbtxt': changed(triton('2'), triton('«1»')), 'k8s/t.yaml': changed(server('10'), server('«0»')) }),
    bad({
      'm/config.pbtxt': changed(triton('2'), triton('2')),
      'm/1/model.txt': changed('«»a\n', null),
      'm/2/model.txt': changed(null, 'b\n'),
    }),
    good({
      'm/config.pbtxt': changed(triton('2'), triton('2')),
      'm/1/model.txt': changed('a\n', null),
      'm/2/model.txt': changed('b\n', 'b\n'),
      'm/3/model.txt': changed(null, 'c\n'),
    }),
    good({ 'blue.yml': changed(blue('blue'), blue('blue')), 'green.yml': changed(null, blue('green')) }),
    good({
      'blue.yml': changed(blue('blue'), null),
      'k8s/t.yaml': changed(server('3'), server('5')),
      'm/config.pbtxt': changed(triton('1'), triton('3')),
    }),
    good({
      'blue.yml': changed(blue('blue'), null),
      'azure/blue.yml': changed(null, blue('blue')),
      'm/1/model.onnx.txt': changed('a', null),
      'm/config.pbtxt': changed(triton('2'), triton('2')),
    }),
  ],

  spans: 'project',
  *inspect(after, before) {
    if (after === before) return;
    for (const { path, says } of replacedFolders(after, before)) yield atFile(path, says, { side: 'base' });
    for (const { document, span, says } of replacedDeployments(after, before))
      if (!isTemplatePath(document.path)) yield at(document, span, says, { side: 'base' });
    const thens = new Map(keptVersions(before).map((each) => [each.key, each]));
    for (const now of keptVersions(after)) {
      const then = thens.get(now.key);
      if (then === undefined || then.count <= 1 || now.count > 1) continue;
      yield at(now.document, now.span, `\`${now.setting}\` now keeps no version but the current one`, {
        evidence: [seen(then.document, then.span, 'more were kept before the change')],
      });
    }
  },
});
