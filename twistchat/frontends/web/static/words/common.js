/** What several parts say. */
export const commonWords = {
  en: {
    ok: 'OK',
    cancel: 'Cancel',
    close: 'Close',
    save: 'Save',
    back: 'Back',
  },
  zh: {
    ok: '好',
    cancel: '取消',
    close: '关闭',
    save: '保存',
    back: '返回',
  },
};
