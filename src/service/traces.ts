import type { Span, Tracer } from '@opentelemetry/api';
import { SpanStatusCode, trace } from '@opentelemetry/api';

/** Times a piece of work as a span; without a configured collector it only does the work. */
export interface Traces {
  /** `attributes` must hold no text of the change. */
  readonly span: <Value>(
    name: string,
    attributes: Readonly<Record<string, string | number>>,
    work: () => Promise<Value>,
  ) => Promise<Value>;
  /** Begins a span below the one that is open, `agoMs` milliseconds ago; the answer ends it. */
  readonly begin: (name: string, agoMs: number) => () => void;
  /** Sends what was not yet sent. */
  readonly close: () => Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** True when OpenTelemetry's own variables name a collector and do not switch the SDK off. */
export function tracesWanted(env: Environment): boolean {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || env.OTEL_TRACES_EXPORTER === 'none') return false;
  return Boolean(env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_ENDPOINT);
}

/**
 * Traces over OTLP/HTTP as the `OTEL_*` variables of this process say. The packages are loaded only when they are
 * wanted. At most once in a process.
 */
export async function createTraces(env: Environment): Promise<Traces> {
  if (!tracesWanted(env)) return tracesOf(trace.getTracer('ml-review'), async () => {});
  const { NodeTracerProvider, BatchSpanProcessor } = await import('@opentelemetry/sdk-trace-node');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const { detectResources, envDetector, resourceFromAttributes } = await import('@opentelemetry/resources');
  const named = resourceFromAttributes({ 'service.name': 'ml-review' });
  const provider = new NodeTracerProvider({
    resource: named.merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  return tracesOf(provider.getTracer('ml-review'), () => provider.shutdown());
}

function tracesOf(tracer: Tracer, close: () => Promise<void>): Traces {
  return {
    span: (name, attributes, work) => tracer.startActiveSpan(name, { attributes }, (span) => timed(span, work)),
    begin(name, agoMs) {
      const span = tracer.startSpan(name, { startTime: Date.now() - agoMs });
      return () => span.end();
    },
    close,
  };
}

async function timed<Value>(span: Span, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    // The message may quote the change; the log has it, masked.
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'failed' });
    throw error;
  } finally {
    span.end();
  }
}
