import type { ShellCommand } from '../../documents/shell.ts';
import { tokensOf } from '../paths.ts';

/** Programs that judge data or models and fail when they do not like them. */
const TOOLS =
  /\b(great_expectations|gx)\b.*\b(checkpoint|validat)|\bsoda\s+scan\b|\bdbt\s+(test|build|source\s+freshness)\b|\bdeepchecks\b|\bevidently\b|\bpandera\b|\bfeast\s+validate\b|\bnannyml\b|\bdatacontract\s+test\b|\bmlflow\s+recipes\b/;

const SUBJECT = new Set(
  'data dataset datasets model models prediction predictions feature features schema drift fairness bias ml pipeline quality'.split(
    ' ',
  ),
);
const ACT = new Set(
  'validate validation validator validating evaluate evaluation eval test tests testing check checks verify quality gate expectations drift'.split(
    ' ',
  ),
);
/** Steps that look at the code, tell people or put things away. */
const OTHER = new Set(
  'lint linter format formatting flake8 ruff black isort mypy pylint docs notify notification slack upload download artifact artifacts cache coverage comment install setup badge publish cleanup clean delete trivy codeql spelling login pull fetch build summary teardown print show list create az aws gcloud kubectl gsutil register'.split(
    ' ',
  ),
);

/** True for a name or a command that validates data or a model. */
export function validates(said: string): boolean {
  const short = said.slice(0, 500);
  if (TOOLS.test(short)) return true;
  const tokens = tokensOf(short);
  if (tokens.some((token) => OTHER.has(token))) return false;
  return (
    tokens.some((token) => SUBJECT.has(token)) &&
    tokens.some((token) => ACT.has(token)) &&
    new Set(tokens.filter((token) => SUBJECT.has(token) || ACT.has(token))).size > 1
  );
}

export const saidBy = ({ words }: ShellCommand): string => words.map(({ text }) => text).join(' ');

const SWALLOWS = /^(true|:|exit 0|echo\b|printf\b|return 0)/;

export interface Swallowed {
  readonly command: ShellCommand;
  readonly how: string;
  /** What swallows the failure. */
  readonly by: ShellCommand;
}

/** Commands of a script that validate and whose failure the script swallows: `|| true`, or `set +e` that nothing undoes or reads. */
export function swallowed(commands: readonly ShellCommand[]): readonly Swallowed[] {
  return commands.flatMap((command, index): readonly Swallowed[] => {
    const said = saidBy(command);
    if (
      !validates(said) ||
      /^(echo|printf|cat|ls|cd|mkdir|set|export|if|rm|mv|cp|test|grep|kill|docker|kubectl|git|aws|az|gsutil|curl|wget|find|touch|chmod|unzip|tar)\b/.test(
        said,
      )
    )
      return [];
    const next = commands[index + 1];
    if (
      next?.before === '||' &&
      SWALLOWS.test(saidBy(next)) &&
      !commands.slice(index + 2, index + 3).some((each) => each.before === '&&' && /exit [1-9]/.test(saidBy(each)))
    ) {
      return [{ command, how: `|| ${saidBy(next).slice(0, 40)}`, by: next }];
    }
    const off = commands.slice(0, index).findLast((each) => /^set [+-]\w*e/.test(saidBy(each)));
    const rest = commands.slice(index + 1);
    const looked =
      rest.some((each) => /\$\?|PIPESTATUS|^exit [1-9]|^set -\w*e/.test(saidBy(each))) || rest.length === 0;
    return off !== undefined && /^set \+/.test(saidBy(off)) && !looked ? [{ command, how: 'set +e', by: off }] : [];
  });
}
