export const membersWords = {
  en: {
    'members.title': { one: '{count} here', other: '{count} here' },
    'members.close': 'Hide who is here',
    'members.more': 'and {count} more',
    'members.you': 'you',
    'members.founder': 'made this room',
    'members.moderator': 'moderator',
    'members.voiced': 'may speak',
    'members.away': 'away',
    'members.awayWords': 'away: {words}',
  },
  zh: {
    'members.title': '{count} 人在此',
    'members.close': '隐藏成员列表',
    'members.more': '还有 {count} 人',
    'members.you': '你',
    'members.founder': '房间创建者',
    'members.moderator': '主持人',
    'members.voiced': '可以发言',
    'members.away': '离开',
    'members.awayWords': '离开：{words}',
  },
};
