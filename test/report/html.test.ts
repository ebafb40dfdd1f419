import type { Browser } from 'playwright-core';
import { repoPath } from '../../src/core/location.ts';
import type { Report } from '../../src/core/report.ts';
import { renderHtml } from '../../src/report/html.ts';
import { layOut } from '../../src/report/map-layout.ts';
import { CHROMIUM, launch, open } from './browser.ts';
import { finding, healthyReport, report, SOURCES } from './fixtures.ts';
import { dice, hostileText } from './random.ts';

const html = renderHtml(report(), SOURCES);

describe('the page', () => {
  test('needs nothing but itself', () => {
    expect(html).not.toMatch(/<(link|img|iframe|object|embed|base)\b/);
    expect(html).not.toMatch(/\b(src|style|on\w+)=/);
    expect(html.match(/<script>/g)).toHaveLength(1);
    expect(html).toContain("default-src 'none'");
  });

  test('answers the constraints, shows the code and both sides of a conflict', () => {
    for (const part of [
      'Is drift monitored, not just health?',
      '<mark>scaler.fit_transform(X_test)</mark>',
      'Integrity against time to recover',
      'For you to decide',
      '<code>churn</code> is switched off',
      'not enabled, run, heard',
    ]) {
      expect(html).toContain(part);
    }
  });

  test('of a healthy change is one line, with the system folded behind it', () => {
    const page = renderHtml(healthyReport(), SOURCES);
    expect(page).toContain('</span> Nothing to raise in 3 changed files</h1>');
    expect(page.indexOf('<details')).toBeLessThan(page.indexOf('<section'));
    expect(page).not.toContain('id="findings"');
  });

  test('never shows a secret', () => {
    expect(html).not.toContain('hunter2');
    expect(html).toContain('MLFLOW_TRACKING_URI=<mark>****</mark>');
  });
});

describe('the drawing of the system', () => {
  test('holds its parts without overlap, and every link between them', () => {
    const map = layOut(large());
    expect(map.nodes).toHaveLength(90);
    expect(map.left).toBe(30);
    const apart = map.nodes.every((a) =>
      map.nodes.every(
        (b) =>
          a === b || a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y,
      ),
    );
    expect(apart).toBe(true);
    expect(
      map.nodes.every(
        ({ x, y, width, height }) => x >= 0 && y >= 0 && x + width <= map.width && y + height <= map.height,
      ),
    ).toBe(true);
  });

  test('bears cycles, loops, twins and links into nowhere', () => {
    const node = (id: string) => ({ id, kind: 'job', name: id, path: repoPath('a'), line: 1 });
    const edge = (from: string, to: string) => ({ from, to, kind: 'runs', path: repoPath('a'), line: 1 });
    const map = layOut({
      nodes: ['__proto__', 'constructor', 'c'].map(node),
      edges: [
        edge('__proto__', 'constructor'),
        edge('constructor', '__proto__'),
        edge('__proto__', 'constructor'),
        edge('c', 'c'),
        edge('c', 'nowhere'),
      ],
    });
    expect(map.nodes).toHaveLength(3);
    expect(map.edges).toHaveLength(3);
    expect(layOut({ nodes: [], edges: [] })).toMatchObject({ nodes: [], edges: [], left: 0 });
  });
});

(CHROMIUM === undefined ? describe.skip : describe)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  }, 30_000);
  afterAll(() => browser.close());

  test.each(['light', 'dark'] as const)(
    'it reads in the %s scheme, without a complaint',
    async (scheme) => {
      const { page, complaints } = await open(browser, html, scheme);
      expect(complaints).toEqual([]);
      expect(await page.title()).toBe('Blocked · ML Review Panel');
      expect(await page.evaluate(LOW_CONTRAST)).toEqual([]);
      const wide = () => page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      expect(await wide()).toBe(0);
      await page.setViewportSize({ width: 360, height: 700 });
      expect(await wide()).toBe(0);
      await page.context().close();
    },
    30_000,
  );

  test('findings are narrowed by severity, participant, stage, standing and words', async () => {
    const { page, complaints } = await open(browser, html, 'light');
    const shown = () => page.locator('.finding:visible').count();
    const choose = (name: string, value: string) =>
      page.locator(`label:has(input[name="${name}"][value="${value}"])`).click();
    const status = page.locator('#shown');
    expect(await shown()).toBe(8);
    await choose('severity', 'high');
    expect(await shown()).toBe(4);
    expect(await status.textContent()).toBe('4 of 8 findings');
    await choose('standing', 'open');
    expect(await shown()).toBe(3);
    await choose('persona', 'sre');
    expect(await shown()).toBe(2);
    await choose('stage', 'validation');
    expect(await shown()).toBe(0);
    await page.getByRole('button', { name: 'Show all' }).click();
    expect(await shown()).toBe(8);
    expect(await status.textContent()).toBe('8 findings');
    await page.getByRole('searchbox').fill('MOVING');
    expect(await shown()).toBe(0);
    await page.getByRole('searchbox').fill('models:/churn');
    expect(await shown()).toBe(1);
    expect(complaints).toEqual([]);
    await page.context().close();
  }, 30_000);

  test('the matrix leads to the findings behind a cell', async () => {
    const { page } = await open(browser, html, 'light');
    await page.getByRole('link', { name: '3 findings of SRE on deployment, the worst critical' }).click();
    expect(await page.locator('.finding:visible').count()).toBe(3);
    expect(
      await page.locator('input:checked').evaluateAll((boxes) => boxes.map((box) => box.getAttribute('value'))),
    ).toEqual(['sre', 'deployment', 'open']);
    await page.context().close();
  }, 30_000);

  test('the map is walked with the keyboard, says what it shows, and leads to its table', async () => {
    const { page, complaints } = await open(browser, html, 'light');
    await page.locator('.map').focus();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toContain(
      'dataset churn.parquet, dvc.lock line 4',
    );
    expect(await page.locator('.map.tracing .node.near').count()).toBe(2);
    for (let step = 0; step < 4; step += 1) await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toContain(
      'monitor churn drift, monitoring/churn.yaml line 3; not enabled, not run, not heard; watches',
    );
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('node-4');
    expect(await page.getByRole('rowheader', { name: 'churn drift' }).isVisible()).toBe(true);
    expect(complaints).toEqual([]);
    await page.context().close();
  }, 30_000);

  test('hostile text stays text', async () => {
    for (let seed = 0; seed < 8; seed += 1) {
      const page = renderHtml(hostile(seed), new Map([['src/train.py', hostileText(dice(seed), 60)]]));
      const opened = await open(browser, page, 'light');
      expect(opened.complaints).toEqual([]);
      expect(await opened.page.locator('script, img, iframe').count()).toBe(1);
      expect(await opened.page.locator('a:not([href^="#"]):not([href^="https://"])').count()).toBe(0);
      expect(await opened.page.locator('.finding').count()).toBe(1);
      await opened.page.context().close();
    }
  }, 60_000);
});

function large(): Report['system'] {
  const roll = dice(5);
  const nodes = Array.from({ length: 120 }, (_, index) => ({
    id: `n${index}`,
    kind: 'model',
    name: 'x'.repeat(1 + Math.floor(roll() * 60)),
    path: repoPath('a'),
    line: 1,
    ...(roll() < 0.2 ? { wired: { holds: [], fails: ['run', 'fed', 'heard'] } } : {}),
  }));
  const edges = Array.from({ length: 140 }, () => ({
    from: `n${Math.floor(roll() * 120)}`,
    to: `n${Math.floor(roll() * 120)}`,
    kind: 'serves',
    path: repoPath('a'),
    line: 1,
  }));
  return { nodes, edges };
}

function hostile(seed: number): Report {
  const roll = dice(seed);
  const text = () => hostileText(roll, 8);
  const path = repoPath(`${text().replaceAll('\u0000', '').replaceAll('/', '')}.py`);
  const base = report();
  const node = (id: string) => ({
    id,
    kind: text(),
    name: text(),
    environment: text(),
    path,
    line: 1,
    wired: { holds: [], fails: [text()] },
  });
  return report({
    why: text(),
    findings: [
      finding({
        message: text(),
        remedy: text(),
        docs: text(),
        check: text(),
        concern: text(),
        severityReason: text(),
        evidence: [{ path, line: 1, note: text() }],
      }),
    ],
    system: { nodes: [node('a'), node('b')], edges: [{ from: 'a', to: 'b', kind: text(), path, line: 1 }] },
    incidents: [{ kind: 'unread', path, message: text(), clouds: true }],
    notEvaluated: [{ path, reason: text() }],
    participants: base.participants.map((each) => ({
      ...each,
      risk: { level: 'high' as const, why: text() },
      recommendations: [text()],
    })),
  });
}

/** Run in the page: texts whose contrast with what lies behind them is under 4.5 to 1. */
const LOW_CONTRAST = `(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = channels(getComputedStyle(each).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const low = [];
  for (const element of document.querySelectorAll('main *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '');
    if (!own || element.closest('[hidden], title, defs, .chip input') || element.getClientRects().length === 0) continue;
    const style = getComputedStyle(element);
    const front = channels(element.closest('svg') ? style.fill : style.color);
    const back = behind(element.closest('svg') ? element.closest('.map, table') : element);
    const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) low.push(element.className.baseVal ?? element.className, element.textContent.slice(0, 30));
  }
  return low;
})()`;
