/** 用途、导出、授权、应急：words of features access and authorisations. */
export const accessZh = {
  'purpose.none': '您的角色没有可用的查询用途，请联系本单位管理员。',
  'purpose.matter': '事项',
  'purpose.matterHint': '办理的事项名称，如“施工许可”；不要写个人证件号码。',
  'purpose.needed': '（必填）',
  'purpose.required': '这一用途须填写。',
} as const;
