export const laterWords = {
  en: { 'later.lost': 'This part of the page is not here yet, and there is no connection. Try again in a moment.' },
  zh: { 'later.lost': '网页的这一部分还没有载入，而且没有连接。请稍后再试。' },
};
