import { fact } from '../../core/fact.ts';
import type { Span } from '../../core/location.ts';
import { type DataDocument, get } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { boolAt, textAt } from '../formats/field.ts';
import { entriesNamed } from '../formats/named.ts';

/** A switch that keeps the requests of an endpoint as they came. */
export interface Recording {
  readonly document: DataDocument;
  readonly span: Span;
  readonly says: string;
}

/** Blocks that record when their switch is on, by the key of the block and of the switch. */
const SWITCHES: Readonly<Record<string, readonly [string, string]>> = {
  DataCaptureConfig: ['EnableCapture', 'SageMaker captures requests'],
  data_capture_config: ['enable_capture', 'SageMaker captures requests'],
  inference_table_config: ['enabled', 'an inference table keeps requests'],
  auto_capture_config: ['enabled', 'an inference table keeps requests'],
  model_inputs: ['enabled', 'the data collector keeps inputs'],
};

/** Endpoints whose inputs are written down whole, by their own configuration. */
export const recordings: (project: Project) => readonly Recording[] = fact((project) =>
  entriesNamed(project, ...Object.keys(SWITCHES)).flatMap(({ document, entry }): readonly Recording[] => {
    const [key, says] = SWITCHES[entry.key] ?? ['', ''];
    if (entry.value.kind !== 'map' || get(entry.value, key) === undefined) return [];
    const isOn = boolAt(entry.value, key)?.value === true || /^true$/i.test(textAt(entry.value, key)?.value ?? '');
    return isOn ? [{ document, span: entry.keySpan, says }] : [];
  }),
);
