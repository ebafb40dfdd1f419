import { aReviewed, check, panelComments, theStage } from './stage.ts';

const FLAWED = 'flaw("high", "split")\n';
const CONFIG = '.github/ml-review.yml';
const configured = (text: string) => ({ start: { [CONFIG]: `version: 1\n${text}` } });

describe('saying no to a finding', () => {
  const the = theStage();

  test('an allow comment without a reason allows nothing and is a finding itself', async () => {
    const pull = await aReviewed(the(), `# ml-review: allow[flaw]\n${FLAWED}`);
    expect(check(pull)?.conclusion).toBe('failure');
    const comments = await panelComments(pull, the());
    expect(comments.map(({ line }) => line)).toEqual([2, 1]);
    expect(comments[1]?.body).toContain('gives no reason');
  });

  test('an allow comment for a check that does not exist is a finding itself', async () => {
    const pull = await aReviewed(the(), `# ml-review: allow[flow] refit by design\n${FLAWED}`);
    expect(check(pull)?.conclusion).toBe('failure');
    expect((await panelComments(pull, the()))[1]?.body).toContain('No check is named `flow`');
  });

  test('what its author alone allowed stands first in the summary when it is severe', async () => {
    const text = `# ml-review: allow[flaw] refit by design\n${FLAWED}flaw1("high", "other")\n`;
    const summary = check(await aReviewed(the(), text))?.summary ?? '';
    const allowed = summary.indexOf('**Allowed by the author alone**');
    expect(allowed).toBeGreaterThan(-1);
    expect(allowed).toBeLessThan(summary.indexOf('`other` is flawed'));
    expect(summary).toContain('refit by design');
  });

  test('a check that is only monitored is listed and neither commented nor blocking', async () => {
    const pull = await aReviewed(the(), FLAWED, configured('checks: { flaw: monitor }\n'));
    expect(check(pull)?.conclusion).toBe('success');
    expect(await panelComments(pull, the())).toEqual([]);
    expect(check(pull)?.annotations).toEqual([]);
    expect(check(pull)?.summary).toContain('`split` is flawed');
  });

  test('a check that is switched off says nothing', async () => {
    const pull = await aReviewed(the(), FLAWED, configured('checks: { flaw: off }\n'));
    expect(check(pull)?.conclusion).toBe('success');
    expect(check(pull)?.summary).not.toContain('flawed');
  });

  test('a path that is ignored is not spoken of', async () => {
    const pull = await aReviewed(the(), FLAWED, configured('paths: { ignore: ["src/**"] }\n'));
    expect(check(pull)?.conclusion).toBe('success');
    expect(await panelComments(pull, the())).toEqual([]);
  });

  test('a critical finding blocks where only critical ones do, and a waiver for another path does not help', async () => {
    const waiver = 'waivers: [{ check: flaw, path: "lib/**", reason: r, owner: "@o", expires: 2026-12-31 }]\n';
    const pull = await aReviewed(
      the(),
      'flaw("critical", "split")\n',
      configured(`gate: { fail-on: critical }\n${waiver}`),
    );
    expect(check(pull)?.conclusion).toBe('failure');
    expect((await panelComments(pull, the()))[0]?.body).toContain('🔴 Critical');
  });

  test('comments start at the severity that the configuration names', async () => {
    const text = 'flaw("high", "a")\nflaw1("medium", "b")\nflaw2("low", "c")\n';
    const pull = await aReviewed(the(), text, configured('review: { comment-on: high, max-comments: 1 }\n'));
    expect((await panelComments(pull, the())).map(({ line }) => line)).toEqual([1]);
    expect(check(pull)?.annotations).toEqual([]);
  });

  test('with no comments at all, what is severe is an annotation', async () => {
    const pull = await aReviewed(the(), FLAWED, configured('review: { max-comments: 0 }\n'));
    expect(await panelComments(pull, the())).toEqual([]);
    expect(check(pull)).toMatchObject({ conclusion: 'failure', annotations: [{ path: 'src/train.py', startLine: 1 }] });
  });
});
