/** What a site loads of its chat, and the chat as a page of its own. */
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Channels } from '../channels/channels.ts';
import { setPageHeaders } from '../page/answer-page.ts';
import { loadWidget, type WidgetFiles } from '../widget/widget-files.ts';
import { answerNotFound } from './answer.ts';
import type { Route } from './routes.ts';

/** The launcher is small and names the chat's version: it is asked for again after so long, s. */
const LAUNCHER_S = 300;
const CHAT_S = 31_536_000;
const SCRIPT = 'text/javascript; charset=utf-8';

export function widgetPageRoutes(channels: Channels | undefined): Route[] {
  let made: Promise<WidgetFiles> | undefined;
  const files = (): Promise<WidgetFiles> => {
    made ??= loadWidget();
    return made;
  };
  const common = { method: 'GET', head: true, access: 'own' } as const;
  return [
    {
      ...common,
      path: '/widget/{file}',
      summary: "The script of a site's page: the button of the chat",
      params: z.object({ file: z.string() }),
      answers: { 200: { description: 'the script', type: 'text/javascript' } },
      answer: async ({ response, params }) => {
        const [, code] = /^(.+)\.js$/.exec(params['file'] ?? '') ?? [];
        if (channels?.widget(code ?? '') === undefined) return answerNotFound(response);
        sendScript(response, (await files()).launcher, LAUNCHER_S);
      },
    },
    {
      ...common,
      path: '/widget/{code}/chat.js',
      summary: 'The chat, which the button loads',
      params: z.object({ code: z.string() }),
      answers: { 200: { description: 'the script', type: 'text/javascript' } },
      answer: async ({ response, params }) => {
        if (channels?.widget(params['code'] ?? '') === undefined) return answerNotFound(response);
        sendScript(response, (await files()).chat, CHAT_S);
      },
    },
    {
      ...common,
      path: '/widget/{code}/',
      summary: 'The chat as a page of its own',
      params: z.object({ code: z.string() }),
      answers: { 200: { description: 'the page', type: 'text/html' } },
      answer: ({ response, params }) => {
        const { code = '' } = params;
        const widget = channels?.widget(code);
        if (widget === undefined) return answerNotFound(response);
        const { origins } = widget.driver;
        // Its own server's pages too: the simulator shows it.
        setPageHeaders(response, { framedBy: ["'self'", ...origins] });
        response.setHeader('content-type', 'text/html; charset=utf-8');
        response.end(pageOf(code, origins));
      },
    },
  ];
}

/** The same bytes for every site: nothing in them depends on who asks, so every page may load them. */
function sendScript(response: ServerResponse, bytes: Buffer, seconds: number): void {
  response.writeHead(200, {
    'content-type': SCRIPT,
    'content-length': bytes.length,
    'cache-control': `public, max-age=${seconds}`,
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    'x-content-type-options': 'nosniff',
  });
  response.end(bytes);
}

/** Codes and origins have no sign that means anything in markup: their schemas let none in. */
function pageOf(code: string, origins: readonly string[]): string {
  return `<!doctype html>
<html lang="ru">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content" />
    <title>Чат</title>
    <link rel="icon" href="data:," />
    <script async src="../${encodeURIComponent(code)}.js" data-page data-origins="${origins.join(' ')}"></script>
  </head>
  <body></body>
</html>
`;
}
