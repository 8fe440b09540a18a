import {
  API_VERSIONS,
  type ApiVersion,
  type LiveTexMethod,
  METHOD_SINCE,
  requestSchemas,
} from '../../../plugin/contract/livetex-api.ts';
import { jsonOf } from '../../http/read-body.ts';
import type { TouchPoint } from '../touch-point.ts';
import { API_METHODS, type ApiAnswer, ApiRefusal, REFUSALS } from './api-methods.ts';

/** A request as it came in. */
export interface ApiRequest {
  readonly verb: string;
  /** Without the query, which holds the key. */
  readonly path: string;
  readonly key: string | null;
  readonly hasJsonType: boolean;
  readonly chunked: boolean;
  /** `null`: larger than the server reads. */
  readonly bytes: Uint8Array | null;
}

/** A request that was understood, whatever comes of it. */
export interface ApiCall {
  readonly answer: ApiAnswer;
  /** The body, once it was read as JSON. */
  readonly body: unknown;
}

/**
 * Handles one request strictly, in this order: route, key, account, body, data. `keyRefused`: answers as to a wrong key.
 * LiveTex does not document the order; this one tells a caller first what is most wrong.
 */
export function callApi(point: TouchPoint | undefined, request: ApiRequest, keyRefused: boolean): ApiCall {
  let body: unknown = null;
  try {
    const { version, method } = route(request);
    if (!request.key) throw new ApiRefusal(REFUSALS.keyMissing);
    if (!point || keyRefused) throw new ApiRefusal(REFUSALS.keyWrong);
    if (METHOD_SINCE[method] > version || !point.options.versions.includes(version))
      throw new ApiRefusal(REFUSALS.forbidden);
    if (method in requestSchemas) body = readBody(request);
    return { answer: { status: 200, body: { ...API_METHODS[method](point, version, body), success: true } }, body };
  } catch (error) {
    const refusal = error instanceof ApiRefusal ? error : new ApiRefusal(REFUSALS.internal);
    return { answer: refusal.answer, body };
  }
}

function route({ verb, path }: ApiRequest): { readonly version: ApiVersion; readonly method: LiveTexMethod } {
  const [, version, method, ...rest] = path.split('/');
  const known = API_VERSIONS.find((one) => one === version);
  if (verb === 'POST' && known && method && isMethod(method) && rest.length === 0) return { version: known, method };
  throw new ApiRefusal(REFUSALS.unsupported, `${REFUSALS.unsupported.message} ${verb} ${path}`);
}

function isMethod(name: string): name is LiveTexMethod {
  return Object.hasOwn(API_METHODS, name);
}

function readBody({ chunked, bytes, hasJsonType }: ApiRequest): unknown {
  if (chunked) throw new ApiRefusal(REFUSALS.lengthMissing);
  if (!bytes) throw new ApiRefusal(REFUSALS.bodyTooLarge);
  if (bytes.length === 0) throw new ApiRefusal(REFUSALS.bodyEmpty);
  if (!hasJsonType) throw wrongJson('Content-Type must be application/json');
  const json = jsonOf(bytes);
  if (!json.ok) throw wrongJson(json.problem);
  const { value } = json;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongJson('not an object');
  return value;
}

function wrongJson(why: string): ApiRefusal {
  return new ApiRefusal(REFUSALS.bodyWrong, `${REFUSALS.bodyWrong.message}: ${why}`);
}
