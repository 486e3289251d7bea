/** What moderators are refused: for all parts in which they do something. */
export const moderationWords = {
  en: {
    'error.no-pattern': '{about} is no name, and no pattern such as spam*',
    'error.address-ban': 'Only operators ban addresses.',
    'error.not-sanctioned': 'There is nothing to take back for {about}.',
    'error.too-many-sanctions': 'There are {hint}, as many as there may be. Take some back first.',
    'error.no-such-rule': 'There is no rule {about}.',
    'error.rule-value': 'The rule {about} wants something else: {hint}.',
  },
  zh: {
    'error.no-pattern': '{about} 不是名字，也不是像 spam* 这样的模式。',
    'error.address-ban': '只有管理员可以封禁地址。',
    'error.not-sanctioned': '对 {about} 没有什么可以撤销的。',
    'error.too-many-sanctions': '已有 {hint} 条，不能再多了。请先撤销一些。',
    'error.no-such-rule': '没有 {about} 这条规则。',
    'error.rule-value': '规则 {about} 的值应当是：{hint}。',
  },
};
