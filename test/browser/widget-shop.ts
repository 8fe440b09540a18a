/** The shop whose pages have the chat, and the chat's parts by their roles. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';

/** Markup in what people write and are called: it is text everywhere. */
export const HOSTILE = `<img src=x onerror="document.title='hacked'"><script>document.title='hacked'</script>`;
export const BOT = {
  id: 'shop',
  scripts: [
    {
      code: 'start',
      commands: [{ type: 'send_text', text: `Здравствуйте! ${HOSTILE} javascript:alert(1) https://shop.example/help` }],
      menu: [
        { code: 'prices', caption: `Цены ${HOSTILE}`, script: 'prices' },
        { code: 'more', caption: 'Ещё', script: 'prices' },
      ],
    },
    { code: 'prices', commands: [{ type: 'send_text', text: 'Сто рублей' }] },
    { code: 'echo', type: 'fallback', commands: [{ type: 'send_text', text: 'Понял' }] },
  ],
};

export const siteOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** A page of a shop whose policy lets in nothing but what the chat says that it needs: no inline style, no inline script. */
function shopPage(script: string): string {
  // In the head: the script may run before there is a body.
  return `<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>Магазин</title>${script}
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>Магазин</h1><a href="/next">Дальше</a>${'<p>Товар</p>'.repeat(80)}</main></body></html>`;
}

export async function serveShop(botUrl: () => string): Promise<Server> {
  const server = createServer(({ url = '/' }, response) => {
    const bot = botUrl();
    const policy = `default-src 'none'; script-src ${bot}; connect-src ${bot}; img-src ${bot}; frame-src ${bot}; require-trusted-types-for 'script'; trusted-types 'none'`;
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.setHeader('content-security-policy', policy);
    const attributes =
      new URL(url, 'http://x').searchParams.get('attributes') ?? 'data-language="ru" data-title="Помощь"';
    const framed = '<title>Рамка</title><iframe title="Чат"';
    response.end(
      url === '/framed'
        ? `${framed} src="${bot}/widget/site/?language=ru"></iframe>`
        : shopPage(`<script async src="${bot}/widget/site.js" ${attributes}></script>`),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

export const chat = (page: Page) => page.getByRole('dialog');
export const launcher = (page: Page) => page.getByRole('button', { name: /чат/i }).first();
export const field = (page: Page) => page.getByLabel('Ваше сообщение');
/** A message that says so. */
export const said = (page: Page, text: string) => chat(page).locator('.bubble', { hasText: text }).first();
export const texts = async (page: Page): Promise<string[]> => chat(page).locator('.bubble').allInnerTexts();
export const unread = async (page: Page): Promise<string> => page.locator('.badge').innerText();

export async function say(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await page.keyboard.press('Enter');
}
