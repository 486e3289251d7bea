export const noticesWords = {
  en: {
    'notices.private': '{who} to you',
    'notices.mention': '{who} in {room}',
    'notices.title': '({count}) {title}',
  },
  zh: {
    'notices.private': '{who} 对你说',
    'notices.mention': '{who}（{room}）',
    'notices.title': '({count}) {title}',
  },
};
