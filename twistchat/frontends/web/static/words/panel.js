export default {
  en: { 'panel.close': 'Close' },
  zh: { 'panel.close': '关闭' },
};
