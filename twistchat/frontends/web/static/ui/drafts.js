// What one has begun to type, kept over a reload of this tab.

const DRAFTS = 'twistchat.drafts';

/**
 * Keep the drafts of all conversations when the page goes; also of those that were not opened since the last time.
 * @param {import('../model/chat.js').Chat} chat
 * @param {() => Storage} open may throw: then nothing is kept
 * @param {EventTarget} [page]
 * @returns {Map<string, string>} those from before, by the keys of their conversations: to be taken out when shown
 */
export function keepDrafts(chat, open, page = globalThis) {
  const before = readDrafts(open);
  page.addEventListener('pagehide', () => {
    const all = new Map(before);
    for (const { key, draft } of chat.conversations.values()) {
      if (draft) {
        all.set(key, draft);
      }
    }
    try {
      if (all.size > 0) {
        open().setItem(DRAFTS, JSON.stringify([...all]));
      } else {
        open().removeItem(DRAFTS);
      }
    } catch {
      // Full, or forbidden.
    }
  });
  // Whoever comes next in this tab is somebody else.
  chat.changed.listen(() => chat.conversations.size === 0 && before.clear());
  return before;
}

function readDrafts(open) {
  try {
    const kept = JSON.parse(open().getItem(DRAFTS) ?? '[]');
    return new Map(kept.filter(([, draft]) => typeof draft === 'string'));
  } catch {
    return new Map();
  }
}
