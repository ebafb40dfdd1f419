/** A comparison of an expression with a number. */
export interface Comparison {
  readonly operator: '>' | '>=' | '<' | '<=' | '==' | '!=';
  readonly value: number;
  /** Offsets in the expression of the number. */
  readonly start: number;
  readonly end: number;
}

const WORDS = new Set(
  `and or unless by without on ignoring group_left group_right offset bool start end inf nan
  sum min max avg group stddev stdvar count count_values bottomk topk quantile limitk limit_ratio`.split(/\s+/),
);

interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'mark';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Longer expressions are read up to here. */
const LONGEST = 10_000;

const TOKEN =
  /([A-Za-z_:][\w:]*)|(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?:ms|[smhdwy])?(?:\d+[smhdwy])*|\.\d+)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)|(=~|!~|!=|==|>=|<=|[^\sA-Za-z0-9_])/g;

function tokens(expression: string): readonly Token[] {
  return [
    ...expression
      .slice(0, LONGEST)
      .replace(/#[^\n]*/g, (comment) => ' '.repeat(comment.length))
      .matchAll(TOKEN),
  ].map((match) => ({
    kind:
      match[1] !== undefined ? 'name' : match[2] !== undefined ? 'number' : match[3] !== undefined ? 'string' : 'mark',
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** Names of metrics in a PromQL expression, whole, each once: no functions, labels, keywords or durations. */
export function metricNames(expression: string): readonly string[] {
  const found = new Set<string>();
  const all = tokens(expression);
  let braces = 0;
  let grouping = false;
  for (const [at, { kind, text }] of all.entries()) {
    if (text === '{' || text === '[') braces += 1;
    else if (text === '}' || text === ']') braces -= 1;
    else if (grouping && text === ')') grouping = false;
    if (kind === 'name' && /^(by|without|on|ignoring|group_left|group_right)$/.test(text) && all[at + 1]?.text === '(')
      grouping = true;
    if (kind !== 'name' || braces > 0) {
      const named = text === '__name__' && all[at + 1]?.text === '=' ? all[at + 2]?.text.slice(1, -1) : undefined;
      if (named !== undefined) found.add(named);
      continue;
    }
    if (grouping || WORDS.has(text.toLowerCase()) || all[at + 1]?.text === '(') continue;
    found.add(text);
  }
  return [...found];
}

const COMPARES = new Set(['>', '>=', '<', '<=', '==', '!=']);

/** Every comparison whose right side is a number. */
export function comparisonsOf(expression: string): readonly Comparison[] {
  const all = tokens(expression);
  return all.flatMap((token, at): readonly Comparison[] => {
    if (token.kind !== 'mark' || !COMPARES.has(token.text)) return [];
    let next = all[at + 1];
    let sign = 1;
    let skip = 1;
    if (next?.text === 'bool') next = all[at + ++skip];
    if (next?.text === '-') {
      sign = -1;
      next = all[at + ++skip];
    }
    if (next?.kind !== 'number' || !/^[\d.eE+-]+$/.test(next.text)) return [];
    return [
      {
        operator: token.text as Comparison['operator'],
        value: sign * Number(next.text),
        start: next.start,
        end: next.end,
      },
    ];
  });
}

/** Label matchers of all selectors. */
export function labelValues(
  expression: string,
): readonly { readonly label: string; readonly operator: string; readonly value: string }[] {
  const all = tokens(expression);
  return all.flatMap(({ kind, text }, at) => {
    const operator = all[at + 1]?.text ?? '';
    const value = all[at + 2];
    if (kind !== 'name' || !/^(=|!=|=~|!~)$/.test(operator) || value?.kind !== 'string') return [];
    return [{ label: text, operator, value: value.text.slice(1, -1) }];
  });
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

/** A duration of Prometheus (`1h30m`, `5m`) in seconds; undefined for anything else. */
export function seconds(duration: string): number | undefined {
  if (!/^(\d{1,9}(ms|[smhdwy])){1,8}$/.test(duration.trim())) return undefined;
  let total = 0;
  for (const [, amount, unit] of duration.matchAll(/(\d{1,9})(ms|[smhdwy])/g))
    total += Number(amount) * (UNITS[unit ?? ''] ?? 0);
  return total;
}
