import type { Span } from '../../core/location.ts';
import { type DataDocument, type DataNode, each, get, literal, text } from '../../documents/data.ts';
import type { Project } from '../../documents/project.ts';
import { databricksResources } from '../../facts/formats/databricks.ts';
import { mapsAt, thoseIn } from '../../facts/formats/field.ts';
import { terraformResources } from '../../facts/formats/terraform.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

interface Broad {
  readonly span: Span;
  readonly says: string;
  readonly grade: 'writes' | 'executes' | undefined;
}

const EVERYONE = /^(account )?users$/i;
const READS = /^(USE_?\s?(CATALOG|SCHEMA)|READ_?\s?\w*|SELECT|BROWSE|CAN_READ|CAN_VIEW)$/i;

function grant(owner: string, principal: DataNode | undefined, privileges: DataNode | undefined): readonly Broad[] {
  if (principal === undefined || !EVERYONE.test(literal(principal) ?? '')) return [];
  const given = each(privileges).flatMap((node) => {
    const said = literal(node);
    return said === undefined || READS.test(said) ? [] : [{ node, said }];
  });
  const [worst] = [...given].sort((a, b) => Number(/^EXECUTE$/i.test(a.said)) - Number(/^EXECUTE$/i.test(b.said)));
  if (worst === undefined) return [];
  const says = `\`${literal(principal)}\` holds \`${worst.said}\` on ${owner}`;
  return [{ span: worst.node.span, says, grade: /^EXECUTE$/i.test(worst.said) ? 'executes' : 'writes' }];
}

const REGISTRY = /^(registered_models|experiments|model_serving_endpoints|schemas|quality_monitors|jobs)$/;
const OF_MODELS = /^(registered_models|schemas)$/;

function bundle(document: DataDocument, project: Project): readonly Broad[] {
  return thoseIn(databricksResources(project), document).flatMap(({ type, key, node }): readonly Broad[] => {
    if (!REGISTRY.test(type)) return [];
    const grants = OF_MODELS.test(type)
      ? mapsAt(node, 'grants').flatMap((item) => grant(`\`${key}\``, get(item, 'principal'), get(item, 'privileges')))
      : [];
    const permissions = mapsAt(node, 'permissions').flatMap((item): readonly Broad[] => {
      const level = get(item, 'level');
      if (
        level === undefined ||
        literal(get(item, 'group_name')) !== 'users' ||
        !/^(CAN_MANAGE|CAN_EDIT|IS_OWNER)\w*$/.test(literal(level) ?? '')
      )
        return [];
      return [{ span: level.span, says: `group \`users\` holds \`${text(level)}\` on \`${key}\``, grade: undefined }];
    });
    return [...grants, ...permissions];
  });
}

function terraform(document: DataDocument, project: Project): readonly Broad[] {
  return thoseIn(terraformResources(project, /^databricks_grants?$/), document).flatMap(({ node, address }) => {
    const about = get(node, 'model') ?? get(node, 'function');
    if (about === undefined) return [];
    return [node, ...each(get(node, 'grant'))].flatMap((item) =>
      grant(`\`${address}\``, get(item, 'principal'), get(item, 'privileges')),
    );
  });
}

export default defineCheck({
  evaluates: 'insecure-defaults',
  stage: 'deployment',
  severity: 'medium',
  confidence: 'high',
  grades: {
    writes: { severity: 'high', when: 'everybody in the account may change the model' },
    executes: { severity: 'low', when: 'everybody in the account may use the model and not change it' },
  },
  title: 'Everybody may use or change models of the registry',
  why: 'Any account in the workspace, a leaked one as well, can put another model or version where serving and scoring look for it.',
  fix: 'Grant to the group that needs it, and leave reading at most to everybody.',
  references: [
    'https://docs.databricks.com/aws/en/data-governance/unity-catalog/manage-privileges/privileges',
    'https://docs.databricks.com/aws/en/dev-tools/bundles/permissions',
  ],
  mentions: ['users'],
  examples: [
    bad.as('writes')({
      'resources.yml':
        'resources:\n  registered_models:\n    churn:\n      name: churn\n      grants:\n      - {principal: account users, privileges: [EXECUTE, «ALL_PRIVILEGES»]}\n',
      'main.tf':
        'resource "databricks_grants" "churn" {\n  model = "main.ml.churn"\n  grant {\n    principal  = "account users"\n    privileges = [«"APPLY_TAG"», "EXECUTE"]\n  }\n}\n',
    }),
    bad.as('executes')({
      'resources.yml':
        'resources:\n  registered_models:\n    churn:\n      grants:\n      - principal: account users\n        privileges: [«EXECUTE»]\n',
    }),
    bad({
      'resources.yml':
        'resources:\n  experiments:\n    churn:\n      permissions:\n      - {level: «CAN_MANAGE», group_name: users}\n  model_serving_endpoints:\n    churn:\n      permissions:\n      - {level: «CAN_MANAGE», group_name: users}\n',
    }),
    good({
      'resources.yml':
        'resources:\n  registered_models:\n    churn:\n      grants:\n      - {principal: ml-team, privileges: [ALL_PRIVILEGES]}\n      - {principal: account users, privileges: [USE_SCHEMA]}\n      - {principal: "${var.group}", privileges: [EXECUTE]}\n  experiments:\n    churn:\n      permissions:\n      - {level: CAN_READ, group_name: users}\n      - {level: CAN_MANAGE, group_name: ml-team}\n',
      'main.tf':
        'resource "databricks_grants" "tables" {\n  table = "main.ml.sales"\n  grant {\n    principal  = "account users"\n    privileges = ["MODIFY"]\n  }\n}\n',
    }),
  ],

  reads: ['yaml', 'json', 'hcl'],
  *inspect(document, project) {
    if (isTemplatePath(document.path)) return;
    for (const { span, says, grade } of [...bundle(document, project), ...terraform(document, project)])
      yield at(document, span, says, grade === undefined ? {} : { grade });
  },
});
