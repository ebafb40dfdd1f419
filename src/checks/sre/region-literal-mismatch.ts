import { entries, literal, walk } from '../../documents/data.ts';
import { isTemplatePath } from '../../facts/paths.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

const REGION =
  /^(us|eu|ap|ca|sa|me|af|il|cn|mx)-(gov-)?(north|south|east|west|central|northeast|southeast|northwest|southwest)-?\d$/;
const INSIDE =
  /(?<![a-z\d-])(us|eu|ap|ca|sa|me|af|il|cn|mx)-(?:gov-)?(?:north|south|east|west|central|northeast|southeast|northwest|southwest)-?\d(?![a-z\d])/g;

/** Services that answer in one region for all. */
const GLOBAL = /public\.ecr\.aws|cloudfront|iam\.|sts\.amazonaws\.com|route53|global/i;

/** Keys that mean to name another region. */
const ELSEWHERE = /replica|replicat|failover|fallback|secondary|peer|backup|dr$|cross/i;

/** Regions of an address; of a bare text none, since it may be an order of preference. */
const regionsIn = (said: string): readonly string[] =>
  /[./:]/.test(said) && !GLOBAL.test(said) ? [...said.slice(0, 2000).matchAll(INSIDE)].map(([region]) => region) : [];

export default defineCheck({
  evaluates: 'serving-reliability',
  stage: 'monitoring',
  severity: 'medium',
  confidence: 'high',
  title: 'Entry for one region points into another',
  why: 'Images and endpoints are fetched across regions, which is slow and costs, or not at all where the account does not exist; it shows first when that region is needed.',
  fix: 'Correct the region in the address.',
  references: [
    'https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html',
    'https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html',
  ],
  mentions: ['-1', '-2', '-3', '-4', 'east1', 'west1', 'west2', 'central1', 'west4'],
  examples: [
    bad({
      'template.yml':
        'Mappings:\n  Images:\n    us-east-1:\n      Uri: 156813124566.dkr.ecr.us-east-1.amazonaws.com/model-monitor\n    eu-west-1:\n      Uri: «468650794304.dkr.ecr.us-east-1.amazonaws.com/model-monitor»\n',
      'config.json':
        '{"endpoints": {"eu-central-1": «"https://runtime.sagemaker.eu-west-1.amazonaws.com"», "us-west-2": "https://runtime.sagemaker.us-west-2.amazonaws.com"}}\n',
      'main.tf':
        'locals {\n  images = {\n    "us-east-2" = «"257758044811.dkr.ecr.us-west-2.amazonaws.com/xgboost:1.7"»\n  }\n}\n',
      'gcp.yaml':
        'registry:\n  europe-west4: x\n  us-central1: us-central1-docker.pkg.dev/acme/ml\n  us-east1: «us-central1-docker.pkg.dev/acme/ml»\n',
    }),
    good({
      'template.yml':
        'Mappings:\n  Images:\n    us-east-1:\n      Uri: 156813124566.dkr.ecr.us-east-1.amazonaws.com/model-monitor\n      Failover: 156813124566.dkr.ecr.us-west-2.amazonaws.com/model-monitor\n      Public: public.ecr.aws/acme/us-west-2/x\n      Open: !Sub "${A}.dkr.ecr.us-west-2.amazonaws.com/x"\n    eu-west-1: [eu-west-1a, us-east-1]\n',
      'plain.yaml': 'region: us-east-1\nimage: 1.dkr.ecr.us-west-2.amazonaws.com/x\n',
    }),
  ],

  reads: ['yaml', 'json', 'hcl', 'toml'],
  *inspect(document) {
    if (isTemplatePath(document.path)) return;
    for (const root of document.roots) {
      for (const node of walk(root)) {
        for (const { key: region, value } of entries(node)) {
          if (!REGION.test(region)) continue;
          const inner =
            value.kind === 'scalar'
              ? [{ key: region, value }]
              : entries(value).filter((each) => each.value.kind === 'scalar');
          for (const { key, value: leaf } of inner) {
            const found = regionsIn(literal(leaf) ?? '');
            if (found.length === 0 || found.includes(region) || ELSEWHERE.test(key)) continue;
            yield at(document, leaf.span, `the entry for \`${region}\` points to \`${found[0]}\``);
          }
        }
      }
    }
  },
});
