import { fact } from '../../core/fact.ts';
import { type DataNode, type Entry, each, entries, get, items, text } from '../../documents/data.ts';
import type { DocumentBase } from '../../documents/document.ts';
import { lineOf } from '../../documents/lines.ts';
import type { Project } from '../../documents/project.ts';
import { type Described, type Field, numberAt, textAt } from './field.ts';
import { rootsOf } from './recognise.ts';

/** A model's configuration for Triton. */
export interface TritonModel extends Described {
  readonly name: Field<string> | undefined;
  /** `backend` or `platform`. */
  readonly backend: Field<string> | undefined;
  readonly maxBatchSize: Field<number> | undefined;
  readonly versionPolicy: DataNode | undefined;
  readonly dynamicBatching: DataNode | undefined;
  readonly queueDelayMicroseconds: Field<number> | undefined;
  readonly queuePolicy: DataNode | undefined;
  readonly instanceGroups: readonly DataNode[];
  readonly warmup: readonly DataNode[];
  readonly ensemble: DataNode | undefined;
}

export const tritonModels: (project: Project) => readonly TritonModel[] = fact((project) =>
  rootsOf(project, 'triton').map(({ document, root }) => ({
    document,
    node: root,
    name: textAt(root, 'name'),
    backend: textAt(root, 'backend') ?? textAt(root, 'platform'),
    maxBatchSize: numberAt(root, 'max_batch_size'),
    versionPolicy: get(root, 'version_policy'),
    dynamicBatching: get(root, 'dynamic_batching'),
    queueDelayMicroseconds: numberAt(root, 'dynamic_batching', 'max_queue_delay_microseconds'),
    queuePolicy: get(root, 'dynamic_batching', 'default_queue_policy'),
    instanceGroups: each(get(root, 'instance_group')),
    warmup: each(get(root, 'model_warmup')),
    ensemble: get(root, 'ensemble_scheduling'),
  })),
);

/** A service of a compose file. */
export interface ComposeService extends Described {
  readonly name: string;
  readonly entry: Entry;
  readonly image: Field<string> | undefined;
  readonly build: DataNode | undefined;
  /** Words of `entrypoint` and `command`; a command given as one string is one node. */
  readonly words: readonly DataNode[];
  readonly environment: readonly Entry[];
  readonly ports: readonly {
    readonly node: DataNode;
    readonly written: string;
    readonly published: boolean;
    readonly loopback: boolean;
    readonly target: number | undefined;
  }[];
  readonly healthcheck: DataNode | undefined;
  readonly restart: Field<string> | undefined;
}

function portOf(node: DataNode): ComposeService['ports'][number] {
  if (node.kind === 'map') {
    const target = numberAt(node, 'target')?.value;
    const host = text(get(node, 'host_ip')) ?? '';
    return {
      node,
      written: String(target ?? ''),
      published: get(node, 'published') !== undefined,
      loopback: /^(127\.|localhost$|::1$)/.test(host),
      target,
    };
  }
  const written = text(node) ?? '';
  const parts = written.replace(/\/(tcp|udp)$/, '').split(':');
  const target = Number(parts.at(-1));
  return {
    node,
    written,
    published: parts.length > 1,
    loopback: /^(127\.\d|localhost:)/.test(written),
    target: Number.isInteger(target) ? target : undefined,
  };
}

function environmentOf(node: DataNode | undefined): readonly Entry[] {
  if (node?.kind === 'map') return entries(node);
  return items(node).flatMap((item) => {
    const said = text(item);
    const at = said?.indexOf('=') ?? -1;
    return said === undefined || at < 0
      ? []
      : [{ key: said.slice(0, at), keySpan: item.span, value: item, merged: false }];
  });
}

/** Services of every compose file. An environment given as a list has the whole item `A=b` as its value. */
export const composeServices: (project: Project) => readonly ComposeService[] = fact((project) =>
  rootsOf(project, 'compose').flatMap(({ document, root }) =>
    entries(get(root, 'services')).map((entry) => ({
      document,
      node: entry.value,
      name: entry.key,
      entry,
      image: textAt(entry.value, 'image'),
      build: get(entry.value, 'build'),
      words: [...each(get(entry.value, 'entrypoint')), ...each(get(entry.value, 'command'))],
      environment: environmentOf(get(entry.value, 'environment')),
      ports: items(get(entry.value, 'ports')).map(portOf),
      healthcheck: get(entry.value, 'healthcheck'),
      restart: textAt(entry.value, 'restart'),
    })),
  ),
);

/** Settings of TorchServe's `config.properties`; Java properties have no tree. */
export interface TorchserveConfig {
  readonly document: DocumentBase;
  readonly path: string;
  readonly settings: ReadonlyMap<
    string,
    { readonly value: string; readonly line: number; readonly start: number; readonly end: number }
  >;
}

const TORCHSERVE = ['inference_address', 'model_store', 'load_models', 'management_address'];

export const torchserveConfigs: (project: Project) => readonly TorchserveConfig[] = fact((project) =>
  [...project.documents('text', TORCHSERVE), ...project.documents('ini', TORCHSERVE)].flatMap((document) => {
    if (!document.path.endsWith('.properties')) return [];
    const lines = [...document.text.matchAll(/^[ \t]*([\w.]+)[ \t]*[=:][ \t]*([^\n\r]*)$/gm)];
    const settings = new Map(
      lines.map((match) => {
        const start = match.index + match[0].length - (match[2] ?? '').length;
        const value = (match[2] ?? '').trim();
        return [
          match[1] ?? '',
          { value, line: lineOf(document.lines, start).line, start, end: start + value.length },
        ] as const;
      }),
    );
    return [{ document, path: document.path, settings }];
  }),
);
