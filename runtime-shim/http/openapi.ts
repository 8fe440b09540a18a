/** `GET /openapi.json`: the routes as an OpenAPI 3.1 document, made of the same schemas. */
import { z } from 'zod';
import { answerText } from './answer.ts';
import type { Route } from './routes.ts';

const errorSchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), problems: z.array(z.string()).optional() }),
});

/** Answers with the document of these routes and of itself. It is made when it is first asked for. */
export function openApiRoute(routes: readonly Route[]): Route {
  let document: Promise<string> | undefined;
  const route: Route = {
    method: 'GET',
    path: '/openapi.json',
    access: 'state',
    summary: 'This document',
    answers: { 200: { description: 'OpenAPI 3.1', schema: z.looseObject({}) } },
    async answer({ response }) {
      document ??= openApiText([...routes, route]);
      answerText(response, 200, 'application/json; charset=utf-8', await document);
    },
  };
  return route;
}

async function openApiText(routes: readonly Route[]): Promise<string> {
  // Loaded only here: it takes longer to load than the whole server to start.
  const { OpenAPIHono } = await import('@hono/zod-openapi');
  const app = new OpenAPIHono();
  app.openAPIRegistry.registerComponent('securitySchemes', 'apiToken', { type: 'http', scheme: 'bearer' });
  for (const { method, path, access, summary, params, query, body, answers } of routes) {
    app.openAPIRegistry.registerPath({
      method: METHODS[method],
      path,
      summary,
      ...(access === 'api' ? { security: [{ apiToken: [] }] } : {}),
      request: {
        ...(params === undefined ? {} : { params }),
        ...(query === undefined ? {} : { query }),
        ...(body === undefined ? {} : { body: { required: true, content: { 'application/json': { schema: body } } } }),
      },
      responses: {
        ...Object.fromEntries(
          Object.entries(answers).map(([status, { description, schema, type = 'application/json' }]) => [
            status,
            {
              description,
              ...(schema === undefined && type === 'application/json'
                ? {}
                : { content: { [type]: { schema: schema ?? z.string() } } }),
            },
          ]),
        ),
        default: {
          description: 'docs/http.md names the codes',
          content: { 'application/json': { schema: errorSchema } },
        },
      },
    });
  }
  const info = { title: 'metabot24-livetex', version: '1', description: 'docs/http.md' };
  return JSON.stringify(app.getOpenAPI31Document({ openapi: '3.1.0', info }));
}

const METHODS = { GET: 'get', POST: 'post', PUT: 'put', DELETE: 'delete' } as const;
