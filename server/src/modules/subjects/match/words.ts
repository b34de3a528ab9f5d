/** Words that names of organisations are made of, and characters that writers mix up. Data of the algorithm, not of law. */

/** Legal and organisational forms at the end of a name, longest first, with what they have in common. */
const forms: readonly (readonly [string, FormClass])[] = (
  [
    [
      'company',
      '有限责任公司 股份有限责任公司 股份有限公司 股份公司 集团有限公司 集团有限责任公司 集团股份有限公司 控股有限公司 控股集团有限公司 有限公司 公司 总公司 集团公司 集团总公司 集团 责任有限公司 有限责任 有限',
    ],
    [
      'cooperative',
      '农民专业合作社联合社 农民专业合作社 专业合作社联合社 专业合作社 股份合作社 股份经济合作社 经济合作社 合作社 供销社 信用社',
    ],
    ['works', '加工厂 制造厂 制品厂 配件厂 总厂 分厂 厂 车间 作坊'],
    [
      'shop',
      '经营部 经销部 服务部 门市部 营业部 商店 商行 商场 超市 门店 分店 连锁店 专卖店 店 铺 行 馆 部 室 廊 坊 吧 屋 城 点',
    ],
    [
      'body',
      '养殖场 农场 林场 牧场 场 服务站 检测站 加油站 收购站 站 服务中心 中心 事务所 研究所 研究院 所 医院 学院 院 学校 幼儿园 园 协会 学会 商会 基金会 联合会 会 委员会 局 处 社',
    ],
  ] as const
)
  .flatMap(([kind, words]) => words.split(' ').map((word) => [word, kind] as const))
  .sort((a, b) => b[0].length - a[0].length);

export type FormClass = 'company' | 'cooperative' | 'works' | 'shop' | 'body' | 'none';

export function formOf(text: string): { form: string; kind: FormClass } {
  for (const [form, kind] of forms) if (text.length > form.length && text.endsWith(form)) return { form, kind };
  return { form: '', kind: 'none' };
}

/** A part of an organisation, named after the whole. */
export const branchWords =
  '分公司|支公司|分店|分厂|分行|支行|分社|分院|分校|营业部|营业厅|门市部|经营部|经销部|项目部|办事处|代表处|销售处|销售部|服务部|连锁店|专卖店|车间|加油站|供电所|收费站|仓库';

/** Trades and goods, as far as they tell where a mark ends. */
export const tradeWords: ReadonlySet<string> = new Set(
  (
    '新材料 家居 绝缘 模型 沥青 机械 制造 设备 材料 建材 建筑 新型 化工 工贸 贸易 商贸 经贸 木业 板材 家具 五金 塑料 塑业 塑胶 橡塑 橡胶 包装 印务 印刷 印业 纸业 造纸 纺织 服装 服饰 针织 制衣 皮革 鞋业 ' +
    '食品 粮油 面粉 饲料 肥料 农药 种业 农业 生态 畜牧 养殖 种植 水产 果蔬 果品 冷藏 蔬菜 饮料 酒业 酿造 调味品 科技 技术 信息 网络 软件 电子 电器 电气 电力 热力 热电 能源 新能源 光伏 石油 石化 燃气 煤炭 煤业 ' +
    '环保 节能 工程 建设 安装 装饰 装修 装潢 园林 绿化 市政 公路 路桥 水利 水务 钢结构 钢构 钢铁 钢管 不锈钢 铝业 铝型材 铜业 金属 制品 铸造 锻造 重工 精工 精密 模具 轴承 阀门 泵业 管业 管道 管件 配件 汽车 汽配 ' +
    '机动车 检测 维修 销售 服务 运输 物流 货运 客运 仓储 快递 供应链 物业 管理 咨询 投资 控股 置业 房地产 地产 开发 发展 旅游 旅行社 酒店 宾馆 餐饮 娱乐 文化 传媒 广告 教育 培训 人力资源 劳务 保安 家政 ' +
    '医药 药业 制药 医疗 器械 生物 健康 保健 卫生 日化 化妆品 玻璃 玻璃钢 陶瓷 耐火 水泥 混凝土 石材 石业 石料 砂石 砖瓦 墙材 砖厂 瓦厂 防水 保温 涂料 油漆 颜料 炭素 碳素 石墨 玩具 工艺 工艺品 礼品 体育 器材 乐器 ' +
    '水族 用品 箱包 灯具 照明 光电 仪表 仪器 自动化 智能 实业 企业 产业 国际 进出口 电商 商务 商业 百货 超市 市场 特种 综合 装备 减速机 鼓风机 空调 制冷 锅炉 压力 容器 变压器 电缆 电线 电机 液压 机床 附件 齿轮 连杆 ' +
    '石化 润滑油 加油 气体 充装 印染 棉业 丝绸 丝绵 丝棉 胶粘 胶业 塑编 帆布 机布 豆制品 肉类 屠宰 粮食 烘干 供电 供水 污水 处理 回收 再生 资源 废旧 物资 矿业 矿山 煤矸石 窑 铁塔 通信 通讯 集团 总 加工 生产 ' +
    '金融 担保 小额贷款 典当 保险 租赁 会计 税务 法律 设计 策划 影视 摄影 婚庆 美容 美发 理发 洗浴 足浴 诊所 药店 药房 眼镜 珠宝 首饰 钟表 手机 数码 电脑 办公 文具 图书 音像 花卉 苗木 宠物 门窗 幕墙 铝合金 防腐 ' +
    '消防 安防 监控 安全 评价 监理 造价 招标 代理 知识产权 专利 商标 认证 计量 测绘 勘察 地质 规划 研究 研发 创新 孵化 大药房 便利 生鲜 副食 烟酒 茶叶 茶业 奶茶 咖啡 蛋糕 烘焙 早餐 快餐 火锅 烧烤 面馆 小吃 水果'
  ).split(' '),
);
export const longestTrade = Math.max(...[...tradeWords].map((word) => word.length));

/** Characters that look alike or stand for each other in handwritten and scanned names; each group is one shape. */
const alike =
  '翰瀚 绵棉锦 璜潢 质资 碳炭 鑫金 水永 博搏 厢箱 福富幅副 大太天 己已巳 未末 土士 干千于 日曰 人入八 力刀 折拆 候侯 钢纲岗 佳住 合台 昌晶 明朋 源原 辰晨 申甲由 田由 王玉主 今令 鸣呜 冶治 冰水 晖辉 ' +
  '良艮 东车 元无 夫天 贝见 卫工 丰半 皓浩 洁沽 侨桥 峰锋蜂烽 铭名 骏俊峻竣 汇惠 白百 百佰 叁三 圆园 泽择 凯恺 祥详翔 盛晟 诚城成 佰伯 旺望';
const shapeOf = new Map<string, number[]>();
alike.split(' ').forEach((group, at) => {
  for (const character of group) shapeOf.set(character, [...(shapeOf.get(character) ?? []), at]);
});

export function looksAlike(a: string, b: string): boolean {
  const shapes = shapeOf.get(a);
  return shapes?.some((shape) => shapeOf.get(b)?.includes(shape)) ?? false;
}
