// What each command does that one types. What it answers is shown above the composer.

import { el } from '../elements.js';
import { commandsWords } from '../words/commands.js';
import { moderationWords } from '../words/moderation.js';
import { moderates } from './commands-moderation.js';
import { COMMANDS, commandCalled } from './manual.js';
import { closest, firstRoom, firstWord, readRooms, roomCalled } from './orders.js';

/** It is not used so; `usage` says how it is. */
class UsageError extends Error {
  constructor(usage) {
    super(usage);
    this.usage = usage;
  }
}

/** Does what is asked for by lines that begin with a slash. */
export class Commands {
  #app;
  #does;

  constructor(app) {
    this.#app = app;
    app.words.add(commandsWords);
    app.words.add(moderationWords);
    this.#does = { ...talks(app), ...people(app), ...moderates(app) };
  }

  /**
   * Do it.
   * @param {object} conversation in which it is typed
   * @param {string} typed the command, as it was called
   * @param {string} words what stands behind it
   * @returns {Promise<(string|Node)[]|undefined>} the answer; rejects with an error line, or a UsageError
   */
  async run(conversation, typed, words) {
    const name = commandCalled(typed);
    return name ? this.#run(name, { conversation, words }) : this.#other(conversation, typed, words);
  }

  async #run(name, given) {
    const { t } = this.#app;
    const usage = new UsageError(t('commands.usage', { usage: written(t, name) }));
    return this.#does[name]({
      ...given,
      usage,
      /** The words, which have to be there. */
      get needed() {
        if (!given.words) {
          throw usage;
        }
        return given.words;
      },
      room: given.conversation.kind === 'room' ? given.conversation.name : '',
    });
  }

  /** A command that an extension of the server has; or none. */
  async #other(conversation, name, words) {
    const { t, session } = this.#app;
    try {
      await session.command(name, conversation.kind === 'room' ? conversation.name : undefined, words);
      return undefined;
    } catch (error) {
      if (error.code !== 'no-such-command') {
        throw error;
      }
      const near = closest(name, COMMANDS);
      throw new UsageError(near ? t('commands.unknownNear', { name, near }) : t('commands.unknown', { name }));
    }
  }
}

function talks({ session, view, t, chat, dialogs }) {
  async function write(name, text) {
    const conversation = await session.openPrivate(name);
    if (text) {
      session.say(conversation, text, {});
    }
    await view.open(conversation.key);
  }

  return {
    say: ({ conversation, needed }) => void session.say(conversation, needed, {}),
    me: ({ conversation, needed }) => void session.say(conversation, needed, { action: true }),
    async msg({ needed, usage }) {
      const [to, text] = firstWord(needed);
      if (to.startsWith('#')) {
        const room = chat.conversations.get(roomCalled(to)) ?? (await session.join(roomCalled(to), {}));
        if (!text) {
          throw usage;
        }
        session.say(room, text, {});
      } else {
        await write(to, text);
      }
    },
    search: ({ words }) => dialogs.search(words),
    async join({ needed, usage }) {
      const rooms = readRooms(needed);
      if (!rooms.length) {
        throw usage;
      }
      for (const { name, key } of rooms) {
        await session.join(name, key ? { key } : {});
      }
      await view.open(rooms.at(-1).name);
    },
    async leave({ words, room, conversation, usage }) {
      const [first, rest] = firstWord(words);
      const named = first && (first.startsWith('#') || !rest) ? roomCalled(first) : room;
      const left = named ? chat.conversations.get(named) : conversation;
      if (!named || !left) {
        throw usage;
      }
      await session.leave(named, first && named !== room ? rest : words);
    },
    room: ({ words, usage }) => {
      if (!words) {
        dialogs.switcher();
      } else if (chat.conversations.has(roomCalled(words))) {
        view.open(roomCalled(words));
      } else {
        throw usage;
      }
    },
    rooms: ({ words }) => void dialogs.rooms(words),
    async who({ words, room, usage }) {
      const asked = words ? roomCalled(words) : room;
      if (!asked) {
        throw usage;
      }
      const { answer } = await session.request({ type: 'members', room: asked });
      return [t('commands.who', { room: asked, count: answer.count, names: answer.names.join(', ') })];
    },
    async topic({ words, room, usage }) {
      const [named, topic] = firstRoom(words);
      const asked = named || room;
      if (!asked) {
        throw usage;
      }
      if (topic) {
        await session.setTopic(asked, topic === '-' ? '' : topic);
        return undefined;
      }
      const { answer } = await session.request({ type: 'topic', room: asked });
      return [answer.topic ? `${asked}: ${answer.topic}` : t('commands.noTopic', { room: asked })];
    },
    async invite({ needed, room, usage }) {
      const [name, rest] = firstWord(needed);
      const asked = rest ? roomCalled(rest) : room;
      if (!asked) {
        throw usage;
      }
      await session.invite(asked, name);
      return [t('commands.invited', { name, room: asked })];
    },
    help: ({ words }) => help(t, words),
    exit: () => session.exit(),
  };
}

function people({ session, t, dialogs }) {
  const account = () => void dialogs.account();
  return {
    nick: ({ needed }) => session.rename(needed).then(() => undefined),
    whois: ({ needed }) => void dialogs.whois(needed),
    async away({ words }) {
      if (words.toLowerCase() === 'off') {
        return this.back();
      }
      await session.setAway(words);
      return [t('commands.away')];
    },
    async back() {
      await session.setAway(null);
      return [t('commands.back')];
    },
    async ignore({ words }) {
      if (words) {
        await session.ignore(words);
        return [t('commands.ignored', { name: words })];
      }
      const { answer } = await session.request({ type: 'ignored' });
      return [answer.names.length ? t('commands.ignoring', { names: answer.names.join(', ') }) : t('commands.ignoringNobody')];
    },
    async unignore({ needed }) {
      await session.unignore(needed);
      return [t('commands.unignored', { name: needed })];
    },
    // Passwords are never typed where one talks.
    register: account,
    login: account,
    passwd: account,
    account,
    logout: () => session.logout().then(() => undefined),
    async server({ words }) {
      const { answer } = await session.request({ type: 'server', command: words || 'help' });
      return [el('pre', { text: answer.lines.join('\n'), tabindex: '0' })];
    },
  };
}

/** Write a command with what stands behind it. */
function written(t, name) {
  const usage = `commands.usage.${name}`;
  return t.has(usage) ? `/${name} ${t(usage)}` : `/${name}`;
}

function help(t, words) {
  const name = words && commandCalled(words.replace(/^\//, '').toLowerCase());
  const asked = name ? [name] : COMMANDS;
  return [el('dl', { class: 'help', tabindex: '0' }, asked.map((command) => el('div', {},
    el('dt', {}, el('code', { text: written(t, command) })),
    el('dd', { text: t(`commands.of.${command}`) }),
  ))), ...(name ? [] : [t('commands.helpMore')])];
}
