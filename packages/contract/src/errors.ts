/**
 * The closed set of error codes of the API (RFC 9457). A code never changes its meaning or status; new ones are added here.
 * The default texts say what is wrong and what to do next; an operation may give a more precise text of its own.
 */
export interface ErrorDefinition {
  readonly status: number;
  readonly zh: string;
  readonly en: string;
}

export const errorDefinitions = {
  'invalid-request': {
    status: 400,
    zh: '请求内容有误，请按提示修改后重新提交。',
    en: 'The request is not valid. Correct the named fields and send it again.',
  },
  unauthenticated: {
    status: 401,
    zh: '尚未登录或登录已过期，请重新登录。',
    en: 'You are not signed in, or the session has ended. Sign in again.',
  },
  forbidden: {
    status: 403,
    zh: '您没有办理此事项的权限，如工作需要，请联系本单位管理员授权。',
    en: 'You may not do this. If your work needs it, ask the administrator of your organisation.',
  },
  'not-found': {
    status: 404,
    zh: '未找到您要的内容，请核对地址或编号。',
    en: 'Nothing was found here. Check the address or the number.',
  },
  'method-not-allowed': {
    status: 405,
    zh: '此地址不支持该请求方法，请查看接口文档。',
    en: 'This address does not take that method. See the API documentation.',
  },
  conflict: {
    status: 409,
    zh: '内容已被他人更新或状态已变化，请刷新后再操作。',
    en: 'It was changed in the meantime, or is no longer in that state. Reload and try again.',
  },
  gone: {
    status: 410,
    zh: '该内容已依法撤下，不再提供。',
    en: 'This was lawfully taken down and is no longer available.',
  },
  'precondition-failed': {
    status: 412,
    zh: '您看到的版本已过时，请刷新后再操作。',
    en: 'You worked on an outdated version. Reload and try again.',
  },
  'too-large': {
    status: 413,
    zh: '内容超过允许的大小，请拆分后分次提交。',
    en: 'This is larger than allowed. Split it and send the parts.',
  },
  'unsupported-media-type': {
    status: 415,
    zh: '不支持此文件或内容类型，请改用说明中列出的格式。',
    en: 'This type of file or content is not accepted. Use one of the formats listed in the help.',
  },
  unprocessable: {
    status: 422,
    zh: '内容格式正确但不符合业务规则，请按提示修改。',
    en: 'The content is well formed but breaks a rule. Correct it as described.',
  },
  'rate-limited': {
    status: 429,
    zh: '请求过于频繁，请稍后再试。',
    en: 'Too many requests. Wait a little and try again.',
  },
  internal: {
    status: 500,
    zh: '系统内部出错，请稍后重试；如仍出错，请把请求编号告知管理员。',
    en: 'Something went wrong in the system. Try again later; if it persists, give the request id to the administrator.',
  },
  'not-implemented': {
    status: 501,
    zh: '本部署未启用此功能，请联系管理员。',
    en: 'This installation does not have that feature switched on. Ask the administrator.',
  },
  'log-unavailable': {
    status: 503,
    zh: '查询日志暂时无法写入，依规定不能提供查询，请稍后再试。',
    en: 'The access log cannot be written at the moment, so nothing can be disclosed. Try again later.',
  },
  unavailable: {
    status: 503,
    zh: '服务暂时不可用，请稍后再试。',
    en: 'The service is not available at the moment. Try again later.',
  },
} as const satisfies Record<string, ErrorDefinition>;

export type ErrorCode = keyof typeof errorDefinitions;

export const errorCodes = Object.keys(errorDefinitions) as readonly ErrorCode[];

/** Problem type URI (RFC 9457 §3.1.1): a URN, so that it identifies the same thing on every installation. */
export function problemType(code: ErrorCode): `urn:chengxin:problem:${ErrorCode}` {
  return `urn:chengxin:problem:${code}`;
}

/** One place in the input that is wrong. `field` is a JSON pointer or a column heading. */
export interface ProblemDetail {
  readonly field?: string;
  readonly code?: string;
  readonly zh: string;
  readonly en: string;
}

/** The body of every error answer, served as `application/problem+json`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  /** Chinese: what is wrong and what to do next. */
  readonly detail: string;
  readonly detailEn: string;
  readonly instance?: string;
  readonly requestId?: string;
  readonly errors?: readonly ProblemDetail[];
}
