// A room, or what two people say to each other alone.

import { Log } from './log.js';

/** One conversation, as the sidebar, the head and the members show it. */
export class Conversation {
  /** @param {{kind: 'room'|'private', name: string, key: string}} of */
  constructor({ kind, name, key }) {
    this.kind = kind;
    this.name = name;
    this.key = key;
    this.topic = '';
    /** @type {Map<string, {name: string, away: string|null}>} by folded names; not all, where `count` is more */
    this.members = new Map();
    this.count = 0;
    this.isJoined = kind === 'private';
    this.log = new Log();
    this.unread = 0;
    this.mentions = 0;
    /** @type {number|null} up to where one has read; null: nobody knows */
    this.readNumber = null;
    this.draft = '';
    /** @type {string|null} of a private one: the other's words, '' among them, while they are away */
    this.away = null;
    /** @type {number} of a private one: when something was last said, as far as that is known */
    this.lastTime = 0;
  }
}
