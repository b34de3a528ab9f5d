/** Compound surnames in use (现代汉语 and the household register's common ones). */
const compound: ReadonlySet<string> = new Set(
  (
    '欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 ' +
    '仲孙 钟离 长孙 宇文 司徒 鲜于 司空 令狐 徐离 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 轩辕 ' +
    '百里 东郭 南门 呼延 羊舌 微生 梁丘 左丘 东门 西门 第五'
  ).split(' '),
);

/**
 * Keeps the surname and hides the rest: 张三 → 张*, 欧阳娜娜 → 欧阳*. One star whatever the length, so that the length
 * is hidden too. A name of two characters that looks like a compound surname is cut after the first; one character
 * becomes a star. Foreign and minority names keep their first character (natural-persons notes §4).
 */
export function maskPersonName(name: string): string {
  const characters = [...name.trim()];
  const first = characters[0];
  if (first === undefined) return '';
  if (characters.length === 1) return '*';
  const two = first + (characters[1] ?? '');
  return characters.length > 2 && compound.has(two) ? `${two}*` : `${first}*`;
}
