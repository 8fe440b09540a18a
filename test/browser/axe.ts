import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const RULES = "{ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }";

/** What axe finds wrong with a page and with what stands in its frames: rules and places. */
export async function accessProblems(page: Page): Promise<unknown[]> {
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const found: unknown[] = [];
  // The frames first: the page's own look asks them, too.
  for (const frame of page.frames().toReversed()) {
    // By the debugger: no policy of a page holds it back.
    await frame.evaluate(axe);
    const problems = await frame.evaluate<unknown[]>(
      `axe.run(document, ${RULES}).then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target.join(' '))]))`,
    );
    found.push(...problems);
  }
  return found;
}
