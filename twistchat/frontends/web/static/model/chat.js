// All that this page knows of a chat.

import { Signal } from '../signal.js';

/** Takes in what the server tells (`apply`), and tells what has changed by it. */
export class Chat {
  me = { name: '', account: false, operator: false };
  /** @type {Signal<{name: string, account: boolean, operator: boolean}>} */
  changedMe = new Signal();
  /** @type {Map<string, import('./conversation.js').Conversation>} */
  conversations = new Map();
  /** Unread, members, topic, the list; `oldKey` where a private one has followed its person to another name. @type {Signal<{conversation: import('./conversation.js').Conversation|null, oldKey?: string}>} */
  changed = new Signal();
  /** @type {Signal<{conversation: import('./conversation.js').Conversation, item: import('./item.js').Item, isPast: boolean, isMention: boolean}>} */
  arrived = new Signal();
  /** Folded names of those who are not heard. @type {Set<string>} */
  ignored = new Set();

  /** Take in a line of the server's. */
  apply(line) {}
}
