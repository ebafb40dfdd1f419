import type { Finding } from '../../src/core/finding.ts';
import { repoPath } from '../../src/core/location.ts';
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts';
import type { Draft, Effect } from '../../src/github/effect.ts';
import { readMarker } from '../../src/github/marker.ts';
import { type PlanInput, plan } from '../../src/github/plan.ts';
import { NOTHING_POSTED, type Posted, type PostedComment } from '../../src/github/posted.ts';
import { adding, change, finding, reportOf } from './report.ts';

type Of<Kind extends Effect['kind']> = Extract<Effect, { readonly kind: Kind }>;

function inputOf(findings: readonly Finding[], more: Partial<PlanInput> = {}): PlanInput {
  return {
    report: reportOf(findings),
    settings: DEFAULT_SETTINGS,
    changes: [change([adding(1, 200)])],
    posted: NOTHING_POSTED,
    fileUrl: (path, line) => `https://github.example/${path}#L${line}`,
    comments: true,
    footer: '',
    notices: [],
    ...more,
  };
}

function only<Kind extends Effect['kind']>(effects: readonly Effect[], kind: Kind): readonly Of<Kind>[] {
  return effects.filter((effect): effect is Of<Kind> => effect.kind === kind);
}

const drafts = (effects: readonly Effect[]): readonly Draft[] =>
  only(effects, 'post-review').flatMap((effect) => effect.drafts);
const end = (effects: readonly Effect[]): Of<'complete-check'> => {
  const [last] = only(effects, 'complete-check');
  if (last === undefined) throw new Error('the plan has no end');
  return last;
};

/** What GitHub shows after the drafts of a plan were posted. */
function after(effects: readonly Effect[], more: Partial<PostedComment> = {}): Posted {
  const comments = drafts(effects).map((draft, index): PostedComment => {
    const marker = readMarker(draft.body);
    if (marker === undefined) throw new Error('a comment without a marker');
    return {
      id: index + 1,
      path: draft.anchor.path,
      body: draft.body,
      marker,
      answered: false,
      resolved: false,
      ...more,
    };
  });
  return { comments, accepted: [] };
}

/** Edits applied to what was posted. */
function edited(posted: Posted, effects: readonly Effect[]): Posted {
  const bodies = new Map(only(effects, 'edit-comment').map(({ comment, body }) => [comment, body]));
  const comments = posted.comments.map((each) => {
    const body = bodies.get(each.id) ?? each.body;
    return { ...each, body, marker: readMarker(body) ?? each.marker };
  });
  return { ...posted, comments };
}

/** Findings of so many checks, `each` of one check. */
const spread = (count: number, each: number, more: Partial<Finding> = {}): readonly Finding[] =>
  Array.from({ length: count }, (_, index) =>
    finding(index + 1, { check: `check-${Math.floor(index / each)}`, ...more }),
  );

describe('plan', () => {
  test('one review, then the end of the check run', () => {
    const effects = plan(inputOf([finding(1), finding(2, { severity: 'medium' })]));
    expect(effects.map(({ kind }) => kind)).toEqual(['post-review', 'complete-check']);
    expect(drafts(effects).map(({ anchor }) => anchor.line)).toEqual([1, 2]);
    expect(end(effects)).toMatchObject({ conclusion: 'failure', annotations: [] });
  });

  test('nothing found: nothing but a green end', () => {
    const effects = plan(inputOf([]));
    expect(effects.map(({ kind }) => kind)).toEqual(['complete-check']);
    expect(end(effects)).toMatchObject({ conclusion: 'success', annotations: [] });
  });

  test('the same plan twice writes nothing new', () => {
    const input = inputOf(
      [...spread(6, 3), ...spread(9, 9, { check: 'many', severity: 'medium' })].map((each, index) =>
        finding(index + 1, each),
      ),
    );
    const posted = after(plan(input));
    expect(plan({ ...input, posted }).map(({ kind }) => kind)).toEqual(['complete-check']);
  });

  test('never more comments than configured, worst first, the rest as annotations', () => {
    const effects = plan(inputOf([...spread(30, 4)]));
    expect(drafts(effects)).toHaveLength(20);
    expect(end(effects).annotations).toHaveLength(10);
  });

  test('open comments leave less room for medium findings, never for high ones', () => {
    const first = plan(inputOf(spread(18, 3, { severity: 'medium' })));
    const posted = after(first);
    const more = (severity: Finding['severity']) =>
      Array.from({ length: 4 }, (_, index) => finding(100 + index, { check: `late-${index}`, severity }));
    const known = spread(18, 3, { severity: 'medium' });
    expect(drafts(plan(inputOf([...known, ...more('medium')], { posted })))).toHaveLength(2);
    expect(drafts(plan(inputOf([...more('high'), ...known], { posted })))).toHaveLength(4);
  });

  test('five of one check are one comment that carries all their fingerprints', () => {
    const [draft, ...others] = drafts(plan(inputOf(spread(5, 5))));
    expect(others).toEqual([]);
    expect(draft?.fingerprints).toHaveLength(5);
    expect(readMarker(draft?.body ?? '')?.fingerprints).toEqual(draft?.fingerprints);
  });

  test('in configuration a check says what it has to say of a file once, and from four on all of it at once', () => {
    const yaml = (line: number, path: string) => finding(line, { check: 'no-limit', path: repoPath(path) });
    const changes = ['a.yaml', 'b.yaml'].map((path) => ({ ...change([adding(1, 200)]), path: repoPath(path) }));
    const said = (findings: readonly Finding[]) => drafts(plan(inputOf(findings, { changes })));
    const few = said([yaml(1, 'a.yaml'), yaml(9, 'a.yaml'), yaml(1, 'b.yaml')]);
    expect(few.map(({ fingerprints }) => fingerprints.length)).toEqual([2, 1]);
    const many = said([yaml(1, 'a.yaml'), yaml(9, 'a.yaml'), yaml(1, 'b.yaml'), yaml(5, 'b.yaml')]);
    expect(many.map(({ fingerprints }) => fingerprints.length)).toEqual([4]);
  });

  test('two findings of one check on one line of code are one comment', () => {
    const joins = [finding(3, { check: 'joins' }), finding(7, { check: 'joins', startLine: 3, startColumn: 30 })];
    const said = drafts(plan(inputOf([...joins, finding(4, { check: 'joins' })])));
    expect(said.map(({ fingerprints }) => fingerprints.length)).toEqual([2, 1]);
  });

  test('low, monitored, allowed and older findings are not said aloud', () => {
    const quiet = [
      finding(1, { severity: 'low' }),
      finding(2, { mode: 'monitor' }),
      finding(3, { allowed: { by: 'comment', reason: 'by design' } }),
      finding(4, { introduced: false }),
    ];
    const effects = plan(inputOf(quiet));
    expect(drafts(effects)).toEqual([]);
    expect(end(effects).annotations).toEqual([]);
  });

  test('a draft that is only checked gets annotations and no edits', () => {
    const effects = plan(inputOf([finding(1)], { comments: false, posted: after(plan(inputOf([finding(9)]))) }));
    expect(effects.map(({ kind }) => kind)).toEqual(['complete-check']);
    expect(end(effects).annotations).toHaveLength(1);
  });

  test('a summary fits, however much was found', () => {
    const many = Array.from({ length: 3_000 }, (_, index) =>
      finding(index + 1, { check: `c-${index % 40}`, message: 'ä'.repeat(500) }),
    );
    const { summary, annotations } = end(plan(inputOf(many)));
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(65_535);
    expect(annotations).toHaveLength(200);
  });
});

describe('what becomes of comments', () => {
  const first = plan(inputOf([finding(1)]));

  test('fixed once its file was read, then left alone', () => {
    const posted = after(first);
    const fixing = plan(inputOf([], { posted }));
    expect(only(fixing, 'edit-comment')).toMatchObject([
      { comment: 1, body: expect.stringContaining('✅ Fixed in aaaaaaa') },
    ]);
    expect(plan(inputOf([], { posted: edited(posted, fixing) })).map(({ kind }) => kind)).toEqual(['complete-check']);
  });

  test.each([
    ['an incident of the whole run', { incidents: [{ kind: 'budget-exceeded' as const, message: 'x', clouds: true }] }],
    [
      'an incident of its file',
      { incidents: [{ kind: 'unparsable' as const, path: repoPath('src/train.py'), message: 'x', clouds: true }] },
    ],
    ['a file that was not evaluated', { notEvaluated: [{ path: repoPath('src/train.py'), reason: 'x' }] }],
  ])('%s fixes nothing', (_name, more) => {
    const effects = plan(inputOf([], { posted: after(first), report: reportOf([], more) }));
    expect(only(effects, 'edit-comment')).toEqual([]);
  });

  test('opened again when it comes back', () => {
    const posted = after(first);
    const fixed = edited(posted, plan(inputOf([], { posted })));
    const back = plan(inputOf([finding(1)], { posted: fixed }));
    expect(drafts(back)).toEqual([]);
    expect(only(back, 'edit-comment')[0]?.body).toContain('🟠 High');
    expect(edited(fixed, back).comments[0]?.marker.state).toBe('open');
  });

  test('said to be allowed when the author allows it', () => {
    const allowed = finding(1, { allowed: { by: 'comment', reason: 'by design' } });
    const posted = after(first);
    const effects = plan(inputOf([allowed], { posted }));
    expect(only(effects, 'edit-comment')[0]?.body).toContain('allowed by a comment');
    expect(plan(inputOf([allowed], { posted: edited(posted, effects) })).map(({ kind }) => kind)).toEqual([
      'complete-check',
    ]);
  });

  test('never touched once a person answered', () => {
    const posted = after(first, { answered: true });
    expect(plan(inputOf([], { posted })).map(({ kind }) => kind)).toEqual(['complete-check']);
    expect(plan(inputOf([finding(1)], { posted })).map(({ kind }) => kind)).toEqual(['complete-check']);
  });

  test('resolved where that is permitted', () => {
    const posted = after(first, { thread: 'T_1' });
    const fixing = plan(inputOf([], { posted }));
    expect(fixing.map(({ kind }) => kind)).toEqual(['edit-comment', 'resolve-thread', 'complete-check']);
    const closed = edited(posted, fixing).comments.map((each) => ({ ...each, resolved: true }));
    const back = plan(inputOf([finding(1)], { posted: { comments: closed, accepted: [] } }));
    expect(back.map(({ kind }) => kind)).toEqual(['edit-comment', 'reopen-thread', 'complete-check']);
  });

  test('a thread that a person resolved is not opened again by us', () => {
    const posted = after(first, { thread: 'T_1', resolved: true });
    const fixing = plan(inputOf([], { posted }));
    expect(fixing.map(({ kind }) => kind)).toEqual(['edit-comment', 'complete-check']);
    const back = plan(inputOf([finding(1)], { posted: edited(posted, fixing) }));
    expect(back.map(({ kind }) => kind)).toEqual(['edit-comment', 'complete-check']);
  });

  test('a list is shortened as its findings are mended, one write each time, and says nothing anew', () => {
    const six = [1, 2, 3, 4, 5, 6].map((seed) => finding(seed));
    let posted = after(plan(inputOf(six)));
    expect(posted.comments).toHaveLength(1);
    const step = (left: readonly Finding[]) => {
      const effects = plan(inputOf(left, { posted }));
      posted = edited(posted, effects);
      return effects.map(({ kind }) => kind);
    };
    expect(step(six)).toEqual(['complete-check']);
    expect(step(six.slice(2))).toEqual(['edit-comment', 'complete-check']);
    expect(posted.comments[0]?.body).toContain('4 places');
    expect(posted.comments[0]?.body).toContain('2 of 6 no longer count');
    expect(step(six.slice(2))).toEqual(['complete-check']);
    expect(step(six.slice(5))).toEqual(['edit-comment', 'complete-check']);
    expect(posted.comments[0]?.body).toContain('`value_6` is flawed');
    expect(step([])).toEqual(['edit-comment', 'complete-check']);
    expect(posted.comments[0]?.body).toContain('✅ Fixed in');
    expect(step(six.slice(4))).toEqual(['edit-comment', 'complete-check']);
    expect(posted.comments[0]?.body).toContain('2 places');
    expect(step(six)).toEqual(['edit-comment', 'complete-check']);
    expect(posted.comments[0]?.marker).toMatchObject({ state: 'open', left: 6 });
    expect(step(six)).toEqual(['complete-check']);
  });

  describe('where the configuration says `review.fixed: delete`', () => {
    const settings = { ...DEFAULT_SETTINGS, review: { ...DEFAULT_SETTINGS.review, fixed: 'delete' as const } };
    const kinds = (more: Partial<PostedComment>, findings: readonly Finding[] = []) =>
      plan(inputOf(findings, { settings, posted: after(first, more) })).map(({ kind }) => kind);

    test('deleted when nobody answered', () => {
      expect(kinds({})).toEqual(['delete-comment', 'complete-check']);
    });

    test('left alone when somebody did', () => {
      expect(kinds({ answered: true })).toEqual(['complete-check']);
    });

    test('kept where a person resolved the thread: what was decided is remembered in it', () => {
      expect(kinds({ resolved: true })).toEqual(['edit-comment', 'complete-check']);
    });

    test('kept where the finding is allowed and not gone', () => {
      expect(kinds({}, [finding(1, { allowed: { by: 'comment', reason: 'by design' } })])).toEqual([
        'edit-comment',
        'complete-check',
      ]);
    });
  });
});
