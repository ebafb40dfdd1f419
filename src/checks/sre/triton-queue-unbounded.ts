import { entries, entryOf, get, has, text, walkEntries } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { thoseIn } from '../../facts/formats/field.ts';
import { tritonModels } from '../../facts/formats/servers.ts';
import { mayBeProduction } from '../../facts/system/production.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

/** Models that only an ensemble calls: the ensemble's own queue bounds them. */
function steps(project: Project): ReadonlySet<string> {
  return new Set(
    tritonModels(project).flatMap(({ ensemble }) =>
      [...walkEntries(ensemble)].filter(({ key }) => key === 'model_name').flatMap(({ value }) => text(value) ?? []),
    ),
  );
}

const NEEDED = ['max_queue_size', 'default_timeout_microseconds'] as const;

export default defineCheck({
  evaluates: 'serving-reliability',
  stage: 'deployment',
  severity: 'medium',
  confidence: 'high',
  title: 'Requests wait in a queue without bound',
  why: 'By default the queue of a dynamic batcher has no limit and no timeout. Under overload every request is answered late instead of some being refused early.',
  fix: 'Set `max_queue_size` and `default_timeout_microseconds` in `default_queue_policy`.',
  references: [
    'https://github.com/triton-inference-server/common/blob/main/protobuf/model_config.proto',
    'https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/user_guide/batcher.html#queue-policy',
  ],
  mentions: ['dynamic_batching'],
  examples: [
    bad({
      'models/a/config.pbtxt':
        'name: "a"\nplatform: "onnxruntime_onnx"\nmax_batch_size: 8\ninput [{ name: "x" }]\n«dynamic_batching» { max_queue_delay_microseconds: 100 }\n',
      'models/b/gpu.pbtxt':
        'backend: "tensorrt"\nmax_batch_size: 8\ninput [{ name: "x" }]\ndynamic_batching {\n  «default_queue_policy» { max_queue_size: 64 }\n}\n',
      'models/c/config.pbtxt': 'backend: "python"\nmax_batch_size: 8\ninput [{ name: "x" }]\n«dynamic_batching» { }\n',
      'models/d/config.pbtxt':
        'backend: "python"\nmax_batch_size: 8\ninput [{ name: "x" }]\ndynamic_batching { «default_queue_policy» { default_timeout_microseconds: 500 max_queue_size: 0 } }\n',
    }),
    good({
      'models/a/config.pbtxt':
        'name: "a"\nbackend: "onnxruntime"\nmax_batch_size: 8\ninput [{ name: "x" }]\ndynamic_batching {\n  default_queue_policy { max_queue_size: 64 default_timeout_microseconds: 500000 }\n}\n',
      'models/plain/config.pbtxt': 'backend: "onnxruntime"\nmax_batch_size: 8\ninput [{ name: "x" }]\n',
      'models/inner/config.pbtxt':
        'name: "inner"\nbackend: "onnxruntime"\nmax_batch_size: 8\ninput [{ name: "x" }]\ndynamic_batching { }\n',
      'models/all/config.pbtxt':
        'name: "all"\nplatform: "ensemble"\nmax_batch_size: 8\nensemble_scheduling { step [{ model_name: "inner" model_version: -1 }] }\n',
      'qa/models/x/config.pbtxt': 'backend: "onnxruntime"\nmax_batch_size: 8\ninput [{ name: "x" }]\n',
      'dev/models/x/config.pbtxt':
        'backend: "onnxruntime"\nmax_batch_size: 8\ninput [{ name: "x" }]\ndynamic_batching { }\n',
    }),
  ],

  reads: 'pbtxt',
  *inspect(document, project) {
    for (const { node, name, dynamicBatching, queuePolicy } of thoseIn(tritonModels(project), document)) {
      const label = name?.text ?? document.path.split('/').at(-2) ?? 'the model';
      if (dynamicBatching === undefined || steps(project).has(label) || !mayBeProduction(document, node)) continue;
      if (
        get(dynamicBatching, 'priority_queue_policy') !== undefined ||
        has(dynamicBatching, 'default_queue_policy') === 'unknown'
      )
        continue;
      const lacks = NEEDED.filter((key) => has(queuePolicy, key) !== 'yes' || text(get(queuePolicy, key)) === '0');
      const place = entryOf(queuePolicy ?? dynamicBatching);
      if (lacks.length === 0 || place === undefined || entries(queuePolicy).some(({ value }) => value.open)) continue;
      yield at(
        document,
        place.keySpan,
        `the queue of \`${label}\` has no ${lacks.map((key) => `\`${key}\``).join(' and no ')}`,
      );
    }
  },
});
