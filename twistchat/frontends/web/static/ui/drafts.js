// What one has begun to type, kept over a reload of this tab.

const DRAFTS = 'twistchat.drafts';

/**
 * Keep the drafts of all conversations when the page goes.
 * @param {import('../model/chat.js').Chat} chat
 * @param {() => Storage} open may throw: then nothing is kept
 * @returns {Map<string, string>} those from before, by the keys of their conversations
 */
export function keepDrafts(chat, open) {
  addEventListener('pagehide', () => {
    const drafts = [...chat.conversations.values()].filter(({ draft }) => draft).map(({ key, draft }) => [key, draft]);
    try {
      if (drafts.length) {
        open().setItem(DRAFTS, JSON.stringify(drafts));
      } else {
        open().removeItem(DRAFTS);
      }
    } catch {
      // Full, or forbidden.
    }
  });
  try {
    return new Map(JSON.parse(open().getItem(DRAFTS) ?? '[]'));
  } catch {
    return new Map();
  }
}
