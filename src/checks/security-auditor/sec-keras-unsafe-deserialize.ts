import { textOf } from '../../documents/python/python.ts';
import { calls } from '../../facts/python/calls.ts';
import { isConstant } from '../../facts/python/constants.ts';
import { sourceOf } from '../../facts/serving/requests.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const LOADS =
  /^(tensorflow\.|tf_)?keras\.(\w+\.)*(load_model|deserialize_keras_object|from_config|model_from_json|model_from_config|clone_model)$/;
const UNLOCKS = /^(tensorflow\.)?keras\.(\w+\.)*enable_unsafe_deserialization$/;

export default defineCheck({
  evaluates: 'unsafe-model-artifacts',
  stage: 'deployment',
  severity: 'high',
  confidence: 'high',
  title: 'Keras is told to run the code inside a model file',
  why: `
    A Keras file can hold Python byte code in a Lambda layer. Safe mode refuses it; switched off, loading the file runs
    whatever its author put there.
  `,
  fix: 'Leave `safe_mode` on, and register the layers that the model needs as named classes.',
  references: [
    'https://keras.io/api/models/model_saving_apis/model_saving_and_loading/',
    'https://www.kb.cert.org/vuls/id/253266',
  ],
  mentions: ['keras'],
  examples: [
    bad`
      import keras
      import tensorflow as tf
      from keras.models import load_model as load
      from tensorflow.keras.models import load_model

      keras.config.«enable_unsafe_deserialization»()

      class Server:
          def start(self, path):
              flag = False
              a = load(path, safe_mode=«False»)
              b = tf.keras.models.load_model(path, compile=False, safe_mode=«flag»)
              return a, b, load_model(path, safe_mode=«False»)
    `,
    bad`
      from fastapi import FastAPI, Request
      import keras

      app = FastAPI()

      @app.post("/load")
      async def swap(request: Request):
          return keras.saving.load_model("m.keras", custom_objects=«await request.json()»)
    `,
    good`
      import keras
      from tensorflow.keras.models import load_model

      load_model("m.keras")
      load_model("m.keras", compile=False)
      load_model("m.keras", safe_mode=True, custom_objects={"Layer": Layer})
      load_model("m.keras", safe_mode=settings.safe)
      other.load_model("m.keras", safe_mode=False)
    `,
  ],

  reads: 'python',
  *inspect(document) {
    for (const call of calls(document)) {
      const { names, callee, keywords } = call;
      const called = textOf(document, callee);
      if (names.some((name) => UNLOCKS.test(name))) {
        const last = callee.children.at(-1) ?? callee;
        yield at(document, last, `\`${called}()\` lets every model file of this process run its own code`);
      }
      if (!names.some((name) => LOADS.test(name))) continue;
      const safe = keywords.get('safe_mode');
      if (safe !== undefined && isConstant(document, safe, false)) {
        yield at(
          document,
          safe,
          `\`${called}\` runs the code that the model file holds: \`safe_mode=${textOf(document, safe)}\``,
        );
      }
      const objects = keywords.get('custom_objects');
      if (objects !== undefined && sourceOf(document, objects) === 'network') {
        yield at(document, objects, `\`custom_objects\` of \`${called}\` come from a request`);
      }
    }
  },
});
