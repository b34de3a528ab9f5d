/** What a message may quote. Numbers are shown as they are; names are cut to a bounded length. */
export interface TabularErrorDetails {
  /** Row as Excel shows it, 1-based. */
  row?: number;
  /** What was found (a count, a size in bytes, a name). */
  found?: number | string;
  /** What is allowed. */
  limit?: number | string;
}

interface Words {
  zh: string;
  en: string;
  fixZh: string;
  fixEn: string;
}

const SAVE_XLSX_ZH = '请用 Excel 或 WPS 打开该文件，另存为“Excel 工作簿（*.xlsx）”或 CSV（UTF-8）后重新上传';
const SAVE_XLSX_EN =
  'Open the file in Excel or WPS, save it as “Excel Workbook (*.xlsx)” or “CSV UTF-8”, and upload that';
const AGAIN_ZH = '请重新导出或重新下载该文件，确认能在 Excel 或 WPS 中完整打开后再上传';
const AGAIN_EN = 'Export or download the file again, check that it opens completely in Excel or WPS, then upload it';
const SPLIT_ZH = '请拆分为多个文件，或另存为 CSV（UTF-8）后上传';
const SPLIT_EN = 'Split it into several files, or save it as “CSV UTF-8” and upload that';

const at = (d: TabularErrorDetails): string => (d.row === undefined ? '' : `第 ${d.row} 行`);
const atEn = (d: TabularErrorDetails): string => (d.row === undefined ? '' : ` (row ${d.row})`);

/** Every refusal of a file. The code is stable; the words may improve. */
const WORDS = {
  empty: () => ({
    zh: '文件是空的，没有任何数据行',
    en: 'The file is empty: it holds no rows',
    fixZh: '请确认选择了正确的文件，且数据在第一个可见的工作表中',
    fixEn: 'Check that the right file was chosen and that the data is in the first visible sheet',
  }),
  too_large: (d) => ({
    zh: `文件过大：${d.found} 字节，上限 ${d.limit} 字节`,
    en: `The file is too large: ${d.found} bytes, the limit is ${d.limit}`,
    fixZh: SPLIT_ZH,
    fixEn: SPLIT_EN,
  }),
  xls: () => ({
    zh: '这是旧版 Excel 97-2003 文件（.xls），系统不读取该格式',
    en: 'This is an old Excel 97-2003 file (.xls), which is not read',
    fixZh: SAVE_XLSX_ZH,
    fixEn: SAVE_XLSX_EN,
  }),
  password_protected: () => ({
    zh: '文件设置了打开密码，系统无法读取',
    en: 'The file is protected by a password and cannot be read',
    fixZh: '请在 Excel 或 WPS 中取消打开密码，保存后重新上传',
    fixEn: 'Remove the password in Excel or WPS, save, and upload again',
  }),
  macro_workbook: () => ({
    zh: '文件含有宏（VBA 或宏表），出于安全原因不接收',
    en: 'The workbook holds macros and is refused for safety',
    fixZh: '请另存为不含宏的“Excel 工作簿（*.xlsx）”后重新上传',
    fixEn: 'Save it as a macro-free “Excel Workbook (*.xlsx)” and upload that',
  }),
  xlsb: () => ({
    zh: '这是二进制工作簿（.xlsb），系统不读取该格式',
    en: 'This is a binary workbook (.xlsb), which is not read',
    fixZh: SAVE_XLSX_ZH,
    fixEn: SAVE_XLSX_EN,
  }),
  not_xlsx: (d) => ({
    zh: `这是压缩文件，但不是 Excel 工作簿${d.found === undefined ? '' : `（${d.found}）`}`,
    en: `This is a zip archive but not an Excel workbook${d.found === undefined ? '' : ` (${d.found})`}`,
    fixZh: '请解压后上传其中的 .xlsx 或 .csv 文件；如为其他格式，请另存为 .xlsx',
    fixEn: 'Unpack it and upload the .xlsx or .csv inside; save other formats as .xlsx',
  }),
  pdf: () => ({
    zh: '这是 PDF 文件，不是表格',
    en: 'This is a PDF, not a table',
    fixZh: '请上传按模板填写的 .xlsx 或 .csv 文件',
    fixEn: 'Upload the .xlsx or .csv filled in from the template',
  }),
  html: () => ({
    zh: '这是网页或 XML 文件（有些系统导出时只改了扩展名），不是 Excel 工作簿',
    en: 'This is a web page or XML file with another extension, not an Excel workbook',
    fixZh: SAVE_XLSX_ZH,
    fixEn: SAVE_XLSX_EN,
  }),
  binary: (d) => ({
    zh: `这不是表格文件${d.found === undefined ? '' : `（${d.found}）`}`,
    en: `This is not a table${d.found === undefined ? '' : ` (${d.found})`}`,
    fixZh: '请上传按模板填写的 .xlsx 或 .csv 文件',
    fixEn: 'Upload the .xlsx or .csv filled in from the template',
  }),
  nul_bytes: (d) => ({
    zh: `文本中含有空字节（NUL）${d.row === undefined ? '' : `，在${at(d)}`}，文件可能已损坏`,
    en: `The text holds NUL bytes${atEn(d)}; the file is probably damaged`,
    fixZh: AGAIN_ZH,
    fixEn: AGAIN_EN,
  }),
  encoding_mixed: (d) => ({
    zh: `文件混用了两种编码：${at(d)}的编码（${d.found}）与前面的行（${d.limit}）不同`,
    en: `The file mixes two encodings: row ${d.row} is ${d.found}, the rows before are ${d.limit}`,
    fixZh: '通常是把两个不同编码的文件直接拼接造成的。请分别用 Excel 打开后合并，另存为“CSV UTF-8”或 .xlsx',
    fixEn: 'Usually two files were joined as they were. Open each in Excel, merge there, save as “CSV UTF-8” or .xlsx',
  }),
  encoding_unknown: (d) => ({
    zh: `无法识别文件编码${d.row === undefined ? '' : `（${at(d)}起）`}：既不是 UTF-8、UTF-16，也不是 GBK/GB18030`,
    en: `The encoding is not known${atEn(d)}: neither UTF-8 or UTF-16 nor GBK/GB18030`,
    fixZh: '请用 Excel 或 WPS 打开，另存为“CSV UTF-8”或 .xlsx 后重新上传',
    fixEn: 'Open it in Excel or WPS, save it as “CSV UTF-8” or .xlsx, and upload that',
  }),
  truncated: (d) => ({
    zh: `文件不完整，后面的内容丢失${d.row === undefined ? '' : `（断在${at(d)}）`}`,
    en: `The file is incomplete: its end is missing${atEn(d)}`,
    fixZh: AGAIN_ZH,
    fixEn: AGAIN_EN,
  }),
  unterminated_quote: (d) => ({
    zh: `${at(d)}有一个双引号没有结束，其后的内容无法分行；文件可能被截断`,
    en: `A quotation mark opened in row ${d.row} is never closed; the file may be cut off`,
    fixZh: '请检查该行的双引号是否成对；若文件不完整，请重新导出',
    fixEn: 'Check that the quotation marks in this row come in pairs; export again if the file was cut off',
  }),
  record_too_long: (d) => ({
    zh: `${at(d) || '某一行'}过长（超过 ${d.limit} 个字符），通常是双引号没有成对`,
    en: `Row ${d.row ?? '?'} is too long (more than ${d.limit} characters); usually quotation marks do not pair`,
    fixZh: '请检查该行的双引号是否成对，或用 Excel 打开后另存为 .xlsx',
    fixEn: 'Check the quotation marks of this row, or open it in Excel and save as .xlsx',
  }),
  too_many_columns: (d) => ({
    zh: `${at(d)}的列数超过上限 ${d.limit} 列`,
    en: `Row ${d.row ?? '?'} has more than ${d.limit} columns`,
    fixZh: '请使用系统提供的模板，删除多余的列后重新上传',
    fixEn: 'Use the template, delete the columns that do not belong to it, and upload again',
  }),
  too_many_rows: (d) => ({
    zh: `数据行数超过上限 ${d.limit} 行`,
    en: `There are more than ${d.limit} rows`,
    fixZh: '请拆分为多个文件后分别上传',
    fixEn: 'Split it into several files',
  }),
  too_many_sheets: (d) => ({
    zh: `工作表过多：${d.found} 个，上限 ${d.limit} 个`,
    en: `Too many sheets: ${d.found}, the limit is ${d.limit}`,
    fixZh: '请只保留要上报的一个工作表',
    fixEn: 'Keep only the one sheet to be reported',
  }),
  too_many_strings: (d) => ({
    zh: `工作簿中的文字过多（${d.found} 字节，上限 ${d.limit} 字节），无法在内存限制内读取`,
    en: `The workbook holds too much text (${d.found} bytes, the limit is ${d.limit}) to be read within bounds`,
    fixZh: SPLIT_ZH,
    fixEn: SPLIT_EN,
  }),
  zip_bomb: (d) => ({
    zh: `压缩包展开后异常巨大（${d.found}，上限 ${d.limit}），按压缩炸弹拒收`,
    en: `The archive unpacks to an abnormal size (${d.found}, the limit is ${d.limit}) and is refused as a zip bomb`,
    fixZh: '如确为正常文件，请删除空白的行列和多余格式，另存为 CSV（UTF-8）后上传',
    fixEn: 'If it is genuine, delete blank rows, columns and formats, and save it as “CSV UTF-8”',
  }),
  unsafe_xml: (d) => ({
    zh: `工作簿内含不允许的 XML 内容${d.found === undefined ? '' : `（${d.found}）`}，拒收`,
    en: `The workbook holds XML that is not allowed${d.found === undefined ? '' : ` (${d.found})`}`,
    fixZh: SAVE_XLSX_ZH,
    fixEn: SAVE_XLSX_EN,
  }),
  corrupt: (d) => ({
    zh: `工作簿已损坏${d.found === undefined ? '' : `（${d.found}）`}${d.row === undefined ? '' : `，${at(d)}`}`,
    en: `The workbook is damaged${d.found === undefined ? '' : ` (${d.found})`}${atEn(d)}`,
    fixZh: AGAIN_ZH,
    fixEn: AGAIN_EN,
  }),
  out_of_memory: () => ({
    zh: '读取该文件超出了内存限制',
    en: 'Reading the file exceeded the memory limit',
    fixZh: SPLIT_ZH,
    fixEn: SPLIT_EN,
  }),
  timeout: (d) => ({
    zh: `读取该文件超时（${d.limit} 秒内没有进展）`,
    en: `Reading the file took too long (no progress in ${d.limit} s)`,
    fixZh: SPLIT_ZH,
    fixEn: SPLIT_EN,
  }),
  reader_crashed: (d) => ({
    zh: '读取该文件时程序异常中止，未写入任何数据',
    en: `The reader stopped unexpectedly${d.found === undefined ? '' : `: ${d.found}`}; nothing was written`,
    fixZh: `${SAVE_XLSX_ZH}；仍然失败时请把文件交给管理员`,
    fixEn: `${SAVE_XLSX_EN}; if it still fails, hand the file to the administrator`,
  }),
  unreadable: (d) => ({
    zh: `无法打开文件${d.found === undefined ? '' : `（${d.found}）`}`,
    en: `The file cannot be opened${d.found === undefined ? '' : ` (${d.found})`}`,
    fixZh: '请重新上传；仍然失败时请联系管理员检查存储',
    fixEn: 'Upload it again; if it still fails, ask the administrator to check the storage',
  }),
} satisfies Record<string, (details: TabularErrorDetails) => Words>;

export type TabularErrorCode = keyof typeof WORDS;

/** A whole file that cannot be read, said in both languages with what to do next. */
export class TabularError extends Error {
  override readonly name = 'TabularError';
  readonly code: TabularErrorCode;
  readonly details: TabularErrorDetails;
  /** What is wrong, in Chinese. */
  readonly zh: string;
  /** What is wrong, in English (also `message`). */
  readonly en: string;
  /** What to do, in Chinese. */
  readonly fixZh: string;
  /** What to do, in English. */
  readonly fixEn: string;

  constructor(code: TabularErrorCode, details: TabularErrorDetails = {}, options?: ErrorOptions) {
    const found = typeof details.found === 'string' ? details.found.toWellFormed().slice(0, 120) : details.found;
    const quoted = { ...details, found };
    const words = (WORDS[code] as (d: TabularErrorDetails) => Words)(quoted);
    super(words.en, options);
    this.code = code;
    this.details = quoted;
    this.zh = words.zh;
    this.en = words.en;
    this.fixZh = words.fixZh;
    this.fixEn = words.fixEn;
  }
}
