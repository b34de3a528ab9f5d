/** Every error becomes an RFC 9457 problem; an unexpected one says nothing about itself but its request id. */
import type { FastifyError } from 'fastify';
import { DomainError } from '../errors.ts';
import { type ValidationFinding, validationDetails } from './validation-words.ts';

type Known = ConstructorParameters<typeof DomainError>;

const cutOff = {
  zh: '上传在中途断开，文件不完整，未保存，请重新上传。',
  en: 'The upload broke off; the file is incomplete and was not kept. Upload it again.',
};

const notAForm: Known = [
  'unsupported-media-type',
  { zh: '请以 multipart/form-data 上传文件。', en: 'Send the file as multipart/form-data.' },
];

const byCode: Readonly<Record<string, Known>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported-media-type'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['too-large'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [
    'invalid-request',
    { zh: '请求体为空，请提交 JSON 内容。', en: 'The body is empty. Send JSON.' },
  ],
  FST_ERR_CTP_INVALID_JSON_BODY: [
    'invalid-request',
    {
      zh: '请求体不是有效的 JSON，请检查括号、引号和编码（UTF-8）。',
      en: 'The body is not valid JSON. Check brackets, quotes and encoding (UTF-8).',
    },
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'invalid-request',
    {
      zh: '请求体长度与 Content-Length 不一致，请重新发送。',
      en: 'The body is not as long as Content-Length says. Send it again.',
    },
  ],
  FST_ERR_BAD_URL: [
    'invalid-request',
    { zh: '地址编码有误，请检查百分号编码。', en: 'The address is not well encoded. Check its percent signs.' },
  ],
  FST_ERR_MAX_PARAM_LENGTH: ['not-found'],
  FST_REQ_FILE_TOO_LARGE: ['too-large'],
  FST_FILES_LIMIT: [
    'too-large',
    { zh: '一次只能上传规定数量的文件，请分次上传。', en: 'Too many files at once. Send them one after another.' },
  ],
  FST_PARTS_LIMIT: ['too-large'],
  FST_FIELDS_LIMIT: ['too-large'],
  FST_MP_PREMATURE_CLOSE: ['invalid-request', cutOff],
  FST_INVALID_MULTIPART_CONTENT_TYPE: notAForm,
};

/** What PostgreSQL or its driver says when the server is away, starting, stopping or full of connections. */
const awayCodes: ReadonlySet<string> = new Set([
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '53200',
  '08000',
  '08001',
  '08003',
  '08006',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
]);
const busyCodes: ReadonlySet<string> = new Set(['40001', '40P01', '55P03', '57014']);
const fullCodes: ReadonlySet<string> = new Set(['53100', 'ENOSPC', 'EDQUOT']);

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

/** A NUL or a lone surrogate, which PostgreSQL cannot hold, in an address, a query or a field. */
const unstorableCodes: ReadonlySet<string> = new Set(['22021', '22P05']);

function isDatabaseError(error: unknown): boolean {
  return (
    error instanceof Error && ('severity' in error || 'routine' in error || /connection|connect/i.test(error.message))
  );
}

function fromInfrastructure(error: unknown): DomainError | null {
  const code = codeOf(error);
  if (fullCodes.has(code)) {
    return new DomainError('unavailable', {
      zh: '服务器存储空间已满，内容未保存，请通知系统管理员清理后重试。',
      en: 'The server is out of storage; nothing was saved. Tell the administrator, then try again.',
      cause: error,
    });
  }
  if (unstorableCodes.has(code)) {
    return new DomainError('invalid-request', {
      zh: '内容含有无法保存或查询的字符（空字符或残缺的编码），请删除后重试。',
      en: 'The content holds characters that cannot be stored or looked for (NUL or broken encoding). Remove them and try again.',
      cause: error,
    });
  }
  if (busyCodes.has(code) || (awayCodes.has(code) && isDatabaseError(error)))
    return new DomainError('unavailable', { cause: error });
  if (error instanceof Error && /timeout exceeded when trying to connect|Connection terminated/.test(error.message)) {
    return new DomainError('unavailable', { cause: error });
  }
  return null;
}

/** busboy says by words only that the form ended before its last boundary. */
const brokenForm = /terminated early|unexpected end of (multipart data|form)|^malformed .*header/i;

function fromStatus(error: FastifyError): DomainError | null {
  const status = error.statusCode;
  if (status === 404) return new DomainError('not-found');
  if (status === 413) return new DomainError('too-large');
  if (status === 415) return new DomainError('unsupported-media-type');
  if (status === 429) return new DomainError('rate-limited');
  if (status !== undefined && status >= 400 && status < 500)
    return new DomainError('invalid-request', { cause: error });
  return null;
}

/** The expected error behind whatever was thrown; `internal` for the rest. */
export function toDomainError(thrown: unknown): DomainError {
  if (thrown instanceof DomainError) return thrown;
  const error = thrown as Partial<FastifyError> | null;
  if (error && typeof error === 'object') {
    if (error.validation) {
      const context = error.validationContext ?? 'body';
      return new DomainError('invalid-request', {
        details: validationDetails(error.validation as readonly ValidationFinding[], context),
      });
    }
    const known = byCode[codeOf(error)];
    if (known) return new DomainError(...known);
    const found = fromInfrastructure(error) ?? fromStatus(error as FastifyError);
    if (!found && /boundary not found/i.test(error.message ?? '')) return new DomainError(...notAForm);
    if (!found && brokenForm.test(error.message ?? '')) return new DomainError('invalid-request', cutOff);
    if (found) return found;
  }
  return new DomainError('internal', { cause: thrown });
}
