// Which commands there are; what they are for stands in words/commands.js, in each language.

/** Other names of commands, by their own. */
const ALIASES = {
  join: 'j', leave: 'part', msg: 'm w whisper tell query', nick: 'name', who: 'list users names',
  rooms: 'channels', room: 'switch', search: 'find grep', ignore: 'block', mute: 'gag',
  bans: 'mutes', rules: 'mode', delete: 'del', exempt: 'except', disallow: 'unallow',
  devoice: 'unvoice', passwd: 'password', exit: 'quit bye q', help: 'h commands',
};

/** Every command, in the order of `/help`. */
export const COMMANDS = [
  'me', 'msg', 'search', 'join', 'leave', 'rooms', 'room', 'who', 'topic', 'invite', 'nick', 'whois',
  'away', 'back', 'ignore', 'unignore', 'register', 'login', 'passwd', 'logout', 'account', 'rules',
  'kick', 'mute', 'unmute', 'ban', 'unban', 'bans', 'op', 'deop', 'voice', 'devoice', 'exempt',
  'unexempt', 'allow', 'disallow', 'slow', 'delete', 'server', 'say', 'help', 'exit',
];

const NAMES = new Map([
  ...COMMANDS.map((name) => [name, name]),
  ...Object.entries(ALIASES).flatMap(([name, others]) => others.split(' ').map((other) => [other, name])),
]);

/** Give the proper name of a command, however it is called; undefined if there is none. */
export function commandCalled(name) {
  return NAMES.get(name);
}
