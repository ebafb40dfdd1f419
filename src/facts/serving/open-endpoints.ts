import { fact } from '../../core/fact.ts';
import type { Span } from '../../core/location.ts';
import { text } from '../../documents/data.ts';
import type { DocumentBase } from '../../documents/document.ts';
import type { Project } from '../../documents/project.ts';
import { type KubernetesContainer, kubernetesWorkloads } from '../formats/kubernetes.ts';
import { type ComposeService, composeServices } from '../formats/servers.ts';
import { environmentOf } from '../paths.ts';
import { exposuresOf, isFenced, publishedPort } from './exposure.ts';
import { composeEngine, serverEngine } from './model-servers.ts';

const PLATFORM: readonly (readonly [string, RegExp])[] = [
  ['MLflow', /mlflow (server|ui)|(^|\/)mlflow[\w-]*(:|@|$)/],
  ['the Ray dashboard', /--dashboard-host[= ]"?0\.0\.0\.0/],
  ['Feast', /feast serve|(^|\/)feature-server(:|@|$)/],
];

const AUTH = /--api-key|--app-name[= ]"?basic-auth|--auth|oauth2|--token|--disable-auth=false/;
const AUTH_VARIABLE = /^(\w*_)?API_KEYS?$|AUTH(_|$)|OAUTH|(_|^)TOKEN_SECRET$/;

/** A server that answers whoever calls it. */
export interface OpenEndpoint {
  readonly document: DocumentBase;
  readonly span: Span;
  readonly what: string;
  readonly through: string;
  readonly server: { readonly document: DocumentBase; readonly span: Span };
}

/** What answers without asking who calls; undefined where a key, a login or nothing of ours is seen. */
function openServer(said: string, engine: string | undefined, variables: readonly string[]): string | undefined {
  if (AUTH.test(said) || variables.some((name) => AUTH_VARIABLE.test(name))) return undefined;
  return (
    PLATFORM.find(([, pattern]) => pattern.test(said))?.[0] ??
    (engine === undefined || engine === 'python' ? undefined : `the model server (${engine})`)
  );
}

const saidBy = ({ image, words }: KubernetesContainer | ComposeService): string =>
  `${image?.text ?? ''} ${words.map((word) => text(word) ?? '').join(' ')}`.slice(0, 10_000);

function cluster(project: Project): readonly OpenEndpoint[] {
  return kubernetesWorkloads(project)
    .filter(({ kind }) => /^(Deployment|StatefulSet|Rollout)$/.test(kind))
    .flatMap((workload): readonly OpenEndpoint[] => {
      const others = workload.containers.some(({ image }) =>
        /oauth2?-proxy|authelia|envoy|istio|pomerium/i.test(image?.text ?? ''),
      );
      const container = workload.containers.find(
        (each) =>
          !each.init &&
          openServer(
            saidBy(each),
            serverEngine(each),
            each.env.map(({ name }) => name),
          ) !== undefined,
      );
      const what = container === undefined ? undefined : openServer(saidBy(container), serverEngine(container), []);
      if (container === undefined || what === undefined || others || container.node.open || isFenced(project, workload))
        return [];
      return exposuresOf(project, workload)
        .slice(0, 1)
        .map(({ document, span, through }) => ({
          document,
          span,
          what,
          through,
          server: { document: workload.document, span: container.name?.node.span ?? container.node.span },
        }));
    });
}

/** A text for people that starts the services with compose: they are for the desk. */
const startsAtTheDesk = fact((project: Project): boolean =>
  project.documents('markdown', ['compose']).some(({ text: said }) => /docker[- ]compose\b/.test(said)),
);

/** Compose files that say another environment, or that are only started at a desk, expose nothing that lasts. */
function mayLast(project: Project, { document }: ComposeService): boolean {
  const environment = environmentOf(document.path);
  const said = document.comments.some(({ text: comment }) => /\b(local|develop|dev|demo|test)/i.test(comment));
  return environment === 'production' || (environment === 'unknown' && !said && !startsAtTheDesk(project));
}

function compose(project: Project): readonly OpenEndpoint[] {
  return composeServices(project)
    .filter((service) => mayLast(project, service))
    .flatMap((service): readonly OpenEndpoint[] => {
      const what = openServer(
        saidBy(service),
        composeEngine(service),
        service.environment.map(({ key }) => key),
      );
      const port = what === undefined ? undefined : publishedPort(service);
      return what === undefined || port === undefined
        ? []
        : [{ ...port, what, server: { document: service.document, span: service.entry.keySpan } }];
    });
}

/** Every server without a key or a login that something leads to from outside. */
export const openEndpoints = (project: Project): readonly OpenEndpoint[] => [...cluster(project), ...compose(project)];
