import type { PyNode } from '../../documents/python/node.ts';
import { type PythonDocument, textOf } from '../../documents/python/python.ts';
import { argument, calls } from '../../facts/python/calls.ts';
import { stringOf } from '../../facts/python/constants.ts';
import { elementsOf } from '../../facts/python/literals.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const COMPONENT =
  /^kfp(\.v2)?(\.dsl|\.components)?\.(component|create_component_from_func|func_to_container_op|create_component_from_func_v2)$/;

/** One version, a wheel, or a commit; extras and markers do not matter. */
function isPinned(requirement: string): boolean {
  const text = requirement.split(';')[0]?.trim() ?? '';
  if (/\.whl$|^(\.{0,2}\/|file:)/.test(text)) return true;
  if (/^(git\+|https?:)|@\s*git\+/.test(text)) return /@[0-9a-f]{7,40}(#|$)|@v?\d+\.\d+/.test(text);
  // `~=2.1.0` lets only the patch level move.
  return /(===?|~=\s*\d+\.\d+\.)\s*[\w.]+/.test(text) && !/==\s*[\d.]*\*/.test(text);
}

/** No tag and no digest, or the tag that moves. */
function isFloating(image: string): boolean {
  if (image.includes('@sha256:') || image === '') return false;
  const last = image.slice(image.lastIndexOf('/') + 1);
  return !last.includes(':') || last.endsWith(':latest');
}

function packages(document: PythonDocument, list: PyNode | undefined): readonly PyNode[] {
  if (list === undefined) return [];
  return (elementsOf(document, list) ?? []).filter((each) => {
    const text = stringOf(document, each);
    return text !== undefined && text !== '' && !text.startsWith('-') && !isPinned(text);
  });
}

export default defineCheck({
  evaluates: 'storage-strategy',
  stage: 'deployment',
  severity: 'medium',
  confidence: 'high',
  title: 'Pipeline component whose environment changes by itself',
  why: `
    The image and the packages are looked up when the step starts. Two runs of one pipeline version may use different
    libraries, and a model cannot be built again as it was.
  `,
  fix: 'Pin every package (`pandas==2.2.3`) and name the base image by version or digest.',
  references: [
    'https://www.kubeflow.org/docs/components/pipelines/user-guides/components/lightweight-python-components/',
  ],
  mentions: ['kfp'],
  examples: [
    bad`
      import kfp
      from kfp import dsl
      from kfp.dsl import component as step

      IMAGE = "python"
      PACKAGES = [«"scikit-learn>=1.0"», "joblib==1.4.2"]

      @dsl.component(packages_to_install=[«"pandas"», "numpy==1.26.4"], base_image=«"python:latest"»)
      def load():
          pass

      @step(packages_to_install=PACKAGES, base_image=«IMAGE»)
      def train():
          pass

      class Steps:
          build = kfp.components.create_component_from_func(train, base_image=«"gcr.io/acme/train"», packages_to_install=[«"git+https://github.com/acme/x"»])
    `,
    good`
      from kfp import dsl

      @dsl.component(packages_to_install=["pandas==2.2.3", "google-cloud-aiplatform[x]==1.38.0", "x @ git+https://github.com/acme/x@0123456789abcdef0123456789abcdef01234567"], base_image="python:3.12")
      def load():
          pass

      @dsl.component(base_image="registry.acme.io:5000/train@sha256:0123", packages_to_install=settings.packages)
      def train():
          pass

      @dsl.component
      def plain():
          pass

      @dsl.component(base_image=IMAGE)
      def other():
          pass

      @local.component(packages_to_install=["pandas"])
      def foreign():
          pass
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const call of calls(document)) {
      if (!call.names.some((name) => COMPONENT.test(name))) continue;
      for (const node of packages(document, argument(call, -1, 'packages_to_install'))) {
        yield at(
          document,
          node,
          `\`${textOf(document, node).replace(/["'`]/g, '')}\` is installed in whatever version there is when the step starts`,
        );
      }
      const image = argument(call, -1, 'base_image');
      const text = stringOf(document, image);
      if (image === undefined || text === undefined || !isFloating(text)) continue;
      yield at(document, image, `\`${text}\` names no fixed image, so that each run may get another one`);
    }
  },
});
