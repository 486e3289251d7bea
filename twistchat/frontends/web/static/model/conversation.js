// A room, or what two people say to each other alone.

import { Log } from './log.js';
import { fold } from './names.js';

/** One conversation, as the sidebar, the head and the members show it. */
export class Conversation {
  /** @param {{kind: 'room'|'private', name: string}} of */
  constructor({ kind, name }) {
    /** @type {'room'|'private'} */
    this.kind = kind;
    this.name = name;
    /** '#lobby' | '@bob' */
    this.key = keyOf(kind, name);
    this.topic = '';
    /** By folded names; not all, where `count` is more. @type {Map<string, {name: string, away: string|null}>} */
    this.members = new Map();
    this.count = 0;
    /** Whether one is in the room, or wants to be while there is no connection. */
    this.isJoined = kind === 'private';
    this.log = new Log();
    this.unread = 0;
    this.mentions = 0;
    /** Up to where one has read; null: nobody knows. @type {number|null} */
    this.readNumber = null;
    this.draft = '';
    /** Of a private one: the words of the other, '' among them, while they are away. @type {string|null} */
    this.away = null;
    /** When something was last said in it, as far as that is known. */
    this.lastTime = 0;
  }

  /** Count anew what is unread; whether it is other than before. */
  recount() {
    const [unread, mentions] = [this.unread, this.mentions];
    this.unread = this.mentions = 0;
    const { items } = this.log;
    for (let index = items.length - 1; this.readNumber !== null && index >= 0; index -= 1) {
      const item = items[index];
      if (item.number <= this.readNumber) {
        break;
      }
      this.tally(item);
    }
    return unread !== this.unread || mentions !== this.mentions;
  }

  /** Count a new item, if it is one to be read. @param {import('./item.js').Item} item */
  tally(item) {
    if (isToRead(item) && this.readNumber !== null && item.number > this.readNumber) {
      this.unread += 1;
      this.mentions += item.isMention ? 1 : 0;
    }
  }
}

/** Whether an item is something that somebody else has said. @param {import('./item.js').Item} item */
function isToRead(item) {
  return item.kind === 'said' && !item.isMine;
}

/** The key of a conversation: '#lobby', '@bob'. */
export function keyOf(kind, name) {
  return kind === 'room' ? name : `@${fold(name)}`;
}
