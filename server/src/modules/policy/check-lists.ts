/** What a schema cannot say of lists: who may set one, what it may lead to, that nothing stands on two lists of a kind. */
import { parseExpression } from '@chengxin/rules';
import type { PolicyIndex, Report } from './check-files.ts';
import { itemsOf } from './check-standard.ts';
import { type CreditList, type CreditLists, EXEMPTION_FACTS, type ListExemptions } from './types.ts';

/** 国办发〔2020〕49号 item 3: a serious list is set by law, regulation, central policy, else by a department rule. */
function checkPower(list: CreditList, path: string, report: Report): void {
  if (list.kind === 'serious' && list.setBy === 'localDocument')
    report(
      `${path}.setBy`,
      '严重失信主体名单须由法律、法规、党中央国务院政策文件或者部门规章设定',
      'a serious list is set by law, regulation, central policy or a department rule',
    );
  if (list.setBy === 'localRegulation' && list.effect !== 'local')
    report(
      `${path}.effect`,
      '地方性法规设定的名单只在本地有效',
      'a list of a local regulation holds in the place alone',
    );
  if (list.kind === 'watch' && list.public)
    report(`${path}.public`, '重点关注名单不得公开', 'a watch list is not public');
  if (list.kind === 'honour' && list.announceDays === undefined)
    report(
      `${path}.announceDays`,
      '守信名单须写明公示天数（不少于7日）',
      'an honour list says for how long it is announced',
    );
  if (list.kind !== 'honour' && list.announceDays !== undefined)
    report(`${path}.announceDays`, '只有守信名单在认定前公示', 'only an honour is announced beforehand');
  if (list.kind === 'serious' && list.scope === undefined)
    report(`${path}.scope`, '须写明属于哪一类严重失信', 'say which kind of serious dishonesty it is about');
}

function checkDays(list: CreditList, path: string, report: Report): void {
  if (list.term && list.term.months > list.term.maxMonths)
    report(`${path}.term`, '期限长于最长期限', 'the term is longer than the longest');
  if (list.term && list.early && list.early.afterMonths > list.term.maxMonths)
    report(`${path}.early`, '提前移出的时间晚于期满', 'it could leave early only after its end');
}

function checkRecording(list: CreditList, index: PolicyIndex, path: string, report: Report): void {
  for (const [at, item] of list.items.entries())
    if (index.items.size > 0 && !index.items.has(item))
      report(`${path}.items[${at}]`, `目录中没有条目“${item}”`, `the catalogue has no item "${item}"`);
  if (list.kind !== 'watch' && list.recognisedHere && !list.recordAs)
    report(`${path}.recordAs`, '在本平台认定的名单须写明如何入库', 'say how an entry recognised here is recorded');
  if (list.kind === 'watch' && (list.items.length > 0 || list.recordAs))
    report(`${path}.items`, '重点关注名单不入信用档案', 'a watch list is no credit record');
  if (!list.recordAs || index.standards.size === 0) return;
  const standard = index.standards.get(list.recordAs.standard);
  if (!standard)
    report(`${path}.recordAs`, `没有数据标准“${list.recordAs.standard}”`, 'there is no such data standard');
  else if (!itemsOf(standard).some((item) => list.items.includes(item)))
    report(
      `${path}.recordAs`,
      '所记入的数据标准不产生本名单的目录条目',
      'that standard has none of the items of the list',
    );
}

export function checkLists(
  key: string,
  body: CreditLists,
  index: PolicyIndex,
  seen: Map<string, string>,
  report: Report,
): void {
  const own = new Set<string>();
  for (const [at, list] of body.lists.entries()) {
    const path = `body.lists[${at}]`;
    // One item leads to one list of a kind; otherwise a record would be counted twice.
    for (const name of [list.key, ...list.items.map((item) => `${list.kind} ${item}`)]) {
      const other = seen.get(name);
      if (own.has(name) || (other !== undefined && other !== key))
        report(path, `“${name}”出现两次`, `"${name}" is there twice`);
      own.add(name);
      seen.set(name, key);
    }
    checkPower(list, path, report);
    checkDays(list, path, report);
    checkRecording(list, index, path, report);
  }
}

export function checkExemptions(body: ListExemptions, index: PolicyIndex, report: Report): void {
  const keys = new Set<string>();
  for (const [at, row] of body.exemptions.entries()) {
    const path = `body.exemptions[${at}]`;
    if (keys.has(row.key)) report(`${path}.key`, `“${row.key}”出现两次`, `"${row.key}" is there twice`);
    keys.add(row.key);
    for (const item of row.items)
      if (index.items.size > 0 && !index.items.has(item))
        report(`${path}.items`, `目录中没有条目“${item}”`, `the catalogue has no item "${item}"`);
    if (row.when === undefined) continue;
    const parsed = parseExpression(row.when, EXEMPTION_FACTS);
    if (!parsed.ok) for (const error of parsed.errors) report(`${path}.when${error.path.slice(1)}`, error.zh, error.en);
  }
}
