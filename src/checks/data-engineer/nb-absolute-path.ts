import { ancestor, child, type PyNode } from '../../documents/python/node.ts';
import { nodesOf, type PythonDocument, textOf } from '../../documents/python/python.ts';
import { callAt } from '../../facts/python/calls.ts';
import { stringOf } from '../../facts/python/constants.ts';
import { bindingsFrom, readsOf } from '../../facts/python/uses.ts';
import { at, bad, defineCheck, good } from '../../kit/index.ts';

/** Folders that exist on one machine or in one account. */
const PERSONAL =
  /^(file:\/\/)?(\/Users\/[^/]+\/|\/home\/([^/]+)\/|[A-Za-z]:[\\/]|\/content\/(drive|gdrive)\/|\\\\[\w.-]+\\)/;
/** Users that images of notebooks, clusters and servers have. */
const IMAGE_USERS = new Set([
  'jovyan',
  'jupyter',
  'app',
  'user',
  'runner',
  'airflow',
  'spark',
  'ray',
  'coder',
  'ubuntu',
  'ec2-user',
  'sagemaker-user',
  'hadoop',
  'root',
  'vscode',
  'mlflow',
  'studio-lab-user',
  'azureuser',
]);

const OPENS =
  /(^|\.)(read_\w+|scan_\w+|open|load\w*|save\w*|dump|to_(csv|parquet|pickle|json|excel|feather|hdf)|from_pretrained|save_pretrained|Path|join|listdir|glob|walk|imread|imwrite|exists|makedirs|mkdir|chdir|copy\w*|move|rmtree|ImageFolder|image_dataset_from_directory|flow_from_directory|load_model|genfromtxt|loadtxt|savez?|savefig|ZipFile|connect|YOLO|extractall)$/;

function isPersonal(text: string | undefined): boolean {
  const match = text === undefined || /\s{2}|\n|[<>{}]/.test(text) ? null : PERSONAL.exec(text);
  return match !== null && !IMAGE_USERS.has(match[3] ?? '');
}

/** The right side of a `+` continues a path. */
const isTail = (node: PyNode): boolean => node.parent?.type === 'binary_operator' && node.field === 'right';

/** The call that opens what its argument names, with the argument at any depth of joining. */
function opens(document: PythonDocument, node: PyNode): boolean {
  for (let call = ancestor(node, 'call'); call !== undefined; call = ancestor(call, 'call')) {
    const callee = child(call, 'function');
    if (callee === undefined || callee.end >= node.end) continue;
    const known = callAt(document, call);
    const name = known?.method ?? known?.name ?? textOf(document, callee);
    if (OPENS.test(name)) return true;
    if (/^(builtins\.)?(print|display|len|str)$/.test(known?.name ?? name)) return false;
  }
  return false;
}

/** Opened where it stands, or through the variable that it is given to. */
function isOpened(document: PythonDocument, node: PyNode): boolean {
  if (opens(document, node)) return true;
  const statement = ancestor(node, 'assignment');
  const value = statement && child(statement, 'right');
  if (value === undefined) return false;
  return bindingsFrom(document, value).some((binding) =>
    readsOf(document, binding).some((read) => opens(document, read)),
  );
}

export default defineCheck({
  evaluates: 'lineage-and-provenance',
  stage: 'data',
  severity: 'medium',
  confidence: 'high',
  title: 'Notebook opens a file of one person’s machine',
  why: `
    Nobody else can run the notebook, a job cannot either, and nothing says which version of the data the results come from.
  `,
  fix: 'Use a path relative to the repository, a bucket or a dataset version, or read the folder from a parameter.',
  references: ['https://papermill.readthedocs.io/en/latest/usage-parameterize.html'],
  mentions: ['/Users/', '/home/', '/content/', ':\\', ':/', '\\\\'],
  examples: [
    bad({
      'a.ipynb': `
        {"cells": [{"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": [
          "import pandas as pd\\n",
          "from pandas import read_csv as load\\n",
          "df = pd.read_csv(«\\"/Users/ann/data/rides.csv\\"»)\\n",
          "ROOT = «'/content/drive/MyDrive/rides'»\\n",
          "class Reader:\\n",
          "    def read(self):\\n",
          "        return load(ROOT + '/a.csv'), open(«'C:/data/b.csv'»)\\n",
          "model = joblib.load(«\\"/home/ann/model.pkl\\"»)"
        ]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
      `,
    }),
    good({
      'a.ipynb': `
        {"cells": [{"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": [
          "import pandas as pd\\n",
          "pd.read_csv('/data/rides.csv'), pd.read_csv('/mnt/rides.csv'), pd.read_csv('s3://lake/rides.csv')\\n",
          "pd.read_csv('/home/jovyan/work/rides.csv'), pd.read_csv('data/rides.csv'), pd.read_csv('/opt/ml/input')\\n",
          "print('/Users/ann/data')\\n",
          "note = '/Users/ann/data'\\n",
          "open('http://acme.io/home/ann/x'), open(root + '/Users/ann/x'), open('/Users/<USER>/x'), open(f'{root}/x.csv')"
        ]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
      `,
      'src/a.py': 'import pandas as pd\npd.read_csv("/Users/ann/data.csv")\n',
    }),
  ],

  reads: 'python',
  *inspect(document) {
    if (!document.path.endsWith('.ipynb')) return;
    for (const node of nodesOf(document, 'string')) {
      const text = stringOf(document, node);
      // Only where the folder itself is written: not behind another path, not what an f-string makes of a variable.
      const written = textOf(document, node).replace(/^\w*["']+/, '');
      if (!isPersonal(text) || !isPersonal(written) || isTail(node) || !isOpened(document, node)) continue;
      yield at(
        document,
        node,
        `\`${textOf(document, node).slice(0, 100)}\` exists on one machine or in one account only`,
      );
    }
  },
});
