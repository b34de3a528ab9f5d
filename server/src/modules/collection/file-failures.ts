/** Why a whole file was refused, in words that say what to do next. Nothing of such a file is recorded. */
import type { TabularError } from '../../platform/tabular/index.ts';
import type { HeaderProblem } from './header.ts';

export interface FileFailure {
  code: string;
  message: { zh: string; en: string };
  fix: { zh: string; en: string };
  row: number | null;
}

export type FileProblem = HeaderProblem | { code: 'header-changed' } | { code: 'no-rows' };

const TEMPLATE_FIX = {
  zh: '请在“下载模板”中取得本类数据的模板，把数据按列粘贴进去后重新上传。',
  en: 'Download the template of this kind of data, paste the data into its columns and upload it again.',
};

export function headerFailure(problem: FileProblem, row: number): FileFailure {
  switch (problem.code) {
    case 'no-header':
      return problem.nearest
        ? {
            code: 'wrong-template',
            row,
            message: {
              zh: `所选数据类型与文件不符，表头像是“${problem.nearest}”。`,
              en: `The file does not fit the kind of data chosen; its header looks like “${problem.nearest}”.`,
            },
            fix: {
              zh: `请把数据类型改为“${problem.nearest}”后重新上传，或换用正确的文件。`,
              en: 'Choose that kind of data, or another file, and upload again.',
            },
          }
        : {
            code: 'no-header',
            row,
            message: { zh: '前 10 行中没有找到表头。', en: 'No header was found in the first ten rows.' },
            fix: TEMPLATE_FIX,
          };
    case 'repeated-column':
      return {
        code: 'repeated-column',
        row,
        message: {
          zh: `表头中有重复的列：${problem.columns.join('、')}。`,
          en: `The header names a column twice: ${problem.columns.join(', ')}.`,
        },
        fix: { zh: '请删去重复的列，每列只保留一次。', en: 'Remove the repeated column so that each stands once.' },
      };
    case 'missing-columns':
      return {
        code: 'missing-columns',
        row,
        message: {
          zh: `表头缺少必需的列：${problem.missing.join('、')}。`,
          en: `The header lacks required columns: ${problem.missing.join(', ')}.`,
        },
        fix: TEMPLATE_FIX,
      };
    case 'header-changed':
      return {
        code: 'header-changed',
        row,
        message: {
          zh: `第 ${row} 行又出现了表头，且列的顺序与前面不同，其后各行含义不明。`,
          en: `Row ${row} holds another header with other columns; what follows cannot be read with certainty.`,
        },
        fix: { zh: '请把两部分数据分别存为两个文件上传。', en: 'Save the two parts as two files and upload both.' },
      };
    default:
      return {
        code: 'no-rows',
        row,
        message: { zh: '文件只有表头，没有数据行。', en: 'The file has a header but no rows.' },
        fix: { zh: '请填入数据后重新上传。', en: 'Fill in the data and upload again.' },
      };
  }
}

export function tabularFailure(error: TabularError): FileFailure {
  return {
    code: error.code,
    row: error.details.row ?? null,
    message: { zh: error.zh, en: error.en },
    fix: { zh: error.fixZh, en: error.fixEn },
  };
}
