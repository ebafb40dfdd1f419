import type { Declared } from './declaration.ts';

/** Packages whose versions decide whether a saved model can be read, and what it answers. */
export const MODEL_PACKAGES: ReadonlySet<string> = new Set(
  'scikit-learn numpy pandas torch tensorflow keras xgboost lightgbm catboost transformers onnx onnxruntime mlflow mlflow-skinny cloudpickle scipy joblib pyspark'.split(
    ' ',
  ),
);

/** `3.10` of `3.10.4`; a lone `3` stays as it is. */
export const minorOf = (version: string): string => version.replace(/^v/, '').split('.').slice(0, 2).join('.');

/** The minor version that a declaration confines a package to: `==1.2.3`, `==1.2.*`, `~=1.2.3`. Undefined where it lets in several. */
export function minorPinned({ specifier, open }: Declared): string | undefined {
  const match = open ? null : /^(?:===?(\d+\.\d+)(?:\.[\w.*+-]*)?|~=(\d+\.\d+)\.[\w.]+)$/.exec(specifier);
  return match?.[1] ?? match?.[2];
}
