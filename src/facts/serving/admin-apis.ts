import type { Span } from '../../core/location.ts';
import type { DataNode } from '../../documents/data.ts';
import type { DocumentBase } from '../../documents/document.ts';
import type { Project } from '../../documents/project.ts';
import { flagsOf } from '../formats/llm.ts';
import { type TorchserveConfig, torchserveConfigs } from '../formats/servers.ts';
import { type Exposure, exposuresOf, isFenced, publishedPort } from './exposure.ts';
import { composeServers, modelServers } from './model-servers.ts';

/** An API for managing models that can be reached. */
export interface AdminApi {
  readonly document: DocumentBase;
  readonly span: Span;
  readonly says: string;
  readonly exposure: Exposure;
}

const TRITON = new Set([8000, 8001]);
const TORCHSERVE = new Set([8081]);

/** The switch of Triton that lets clients load and unload models. */
function control(words: readonly DataNode[]): DataNode | undefined {
  const flag = flagsOf(words).find(
    ({ name, value }) => name === 'model-control-mode' && /^(explicit|poll)$/.test(value ?? ''),
  );
  return flag?.valueNode ?? flag?.node;
}

function triton(project: Project): readonly AdminApi[] {
  const cluster = modelServers(project)
    .filter(({ engine }) => engine === 'triton')
    .flatMap(({ document, container, workload, name }): readonly AdminApi[] => {
      const node = control(container.words);
      const exposure =
        node === undefined || isFenced(project, workload) ? undefined : exposuresOf(project, workload, TRITON)[0];
      return node === undefined || exposure === undefined
        ? []
        : [{ document, span: node.span, says: `\`${name}\` lets clients load and unload models`, exposure }];
    });
  const compose = composeServers(project)
    .filter(({ engine }) => engine === 'triton')
    .flatMap((service): readonly AdminApi[] => {
      const node = control(service.words);
      const exposure = node === undefined ? undefined : publishedPort(service, TRITON);
      return node === undefined || exposure === undefined
        ? []
        : [
            {
              document: service.document,
              span: node.span,
              says: `\`${service.name}\` lets clients load and unload models`,
              exposure,
            },
          ];
    });
  return [...cluster, ...compose];
}

/** The management address beyond the loopback, with tokens switched off or unknown to the old version. */
function managed({ settings }: TorchserveConfig): { readonly start: number; readonly end: number } | undefined {
  const address = settings.get('management_address');
  if (address === undefined || !/:\/\/(0\.0\.0\.0|\[?::\]?|\*)/.test(address.value)) return undefined;
  return settings.get('disable_token_authorization')?.value === 'false' ? undefined : address;
}

function torchserve(project: Project): readonly AdminApi[] {
  const configs = torchserveConfigs(project).flatMap((config) => {
    const place = managed(config);
    return place === undefined ? [] : [{ document: config.document, place }];
  });
  const [first] = configs;
  if (first === undefined) return [];
  const exposures = [
    ...modelServers(project)
      .filter(({ engine }) => engine === 'torchserve')
      .flatMap(({ workload }) => (isFenced(project, workload) ? [] : exposuresOf(project, workload, TORCHSERVE))),
    ...composeServers(project)
      .filter(({ engine }) => engine === 'torchserve')
      .flatMap((service) => publishedPort(service, TORCHSERVE) ?? []),
  ];
  const [exposure] = exposures;
  return exposure === undefined
    ? []
    : configs.map(({ document, place }) => ({
        document,
        span: { start: place.start, end: place.end },
        says: 'the management API of TorchServe listens on every address',
        exposure,
      }));
}

/** Every management API of a model server that something leads to from outside. */
export const adminApis = (project: Project): readonly AdminApi[] => [...triton(project), ...torchserve(project)];
