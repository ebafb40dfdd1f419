import { tokensOf } from '../paths.ts';

/** Infrastructure whose metrics use the words of data quality for something else. */
const FOREIGN =
  /^(envoy|istio|stackdriver|clickhouse|node|kube|container|process|go|python|up|redis|pg|mysql|kafka|nginx|haproxy|etcd|apiserver|coredns|prometheus|alertmanager|grafana|loki)(_|:|$)/i;

const MEASURES =
  / (drift|drifted|psi|skew|wasserstein|jensenshannon|hellinger|concept|hallucination|toxicity|faithfulness|groundedness|accuracy|auc|auroc|f1|recall|rmse|mae|mape|ndcg|perplexity|(prediction|predictions|predicted|feature|features|input|label|model|data) (mean|average|median|std|distribution|share|rate|ratio|class|score|confidence|quality|nulls?|missing|freshness|staleness|age|bias|fairness|delay|lag|performance|positive)|positive (rate|share|predictions)|(null|missing|nan|out of range|outlier|invalid|violation|unknown) (rate|ratio|share|fraction|values?|count|inputs?|features?|total)|ground truth|age of model|confidence) /;

/** True for the name of a metric that measures drift, predictions, the quality of data or labels, or the age of a model. Whole words only. */
export function measuresModel(metric: string): boolean {
  return !FOREIGN.test(metric) && MEASURES.test(` ${tokensOf(metric.slice(0, 200)).join(' ')} `);
}

/** Metrics that model servers themselves report. */
const SERVER =
  /^(vllm|sglang|tgi|nv_inference|triton|seldon|kserve|mlserver|model_infer|ray_serve|bentoml|torchserve|ts_inference|ts_queue|tensorflow_serving|DCGM)([_:]|$)/i;

/** True for a metric of a model server. */
export const isServerMetric = (metric: string): boolean =>
  SERVER.test(metric) ||
  / (inference|prediction|predictions|predict|predictor|model) /.test(` ${tokensOf(metric.slice(0, 200)).join(' ')} `);
