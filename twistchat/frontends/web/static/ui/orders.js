// The words behind a command: `/mute bob 10m spam`. Nothing here knows a page.

const SPANS = { m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 };

/** Read a length of time such as `10m` or `7d`, in seconds; null if it is none. */
export function readDuration(text) {
  const found = /^(\d{1,6})([mhdwy])$/i.exec(text.trim());
  return found ? Number(found[1]) * SPANS[found[2].toLowerCase()] : null;
}

/** Spell a room nearly as the server will: `Lab` is `#lab`. */
export function roomCalled(typed) {
  const name = typed.trim().normalize('NFKC').toLowerCase().normalize('NFKC');
  return name.startsWith('#') ? name : `#${name}`;
}

/** Take the first word off; both parts without blanks around them. */
export function firstWord(text) {
  const found = /^\s*(\S*)\s*([^]*)$/.exec(text);
  return [found[1], found[2].trimEnd()];
}

/** Take a room from before the words, if one stands there; else it is empty. */
export function firstRoom(text) {
  const [first, rest] = firstWord(text);
  return first.startsWith('#') ? [first === '#*' ? first : roomCalled(first), rest] : ['', text.trim()];
}

/**
 * Read `[#ROOM] NAME [TIME] [WHY]`. What begins like a time has to be one (else `badTime` is that
 * word): a slip of the finger would do it for good.
 */
export function readOrder(text, lasts = false) {
  const [room, rest] = firstRoom(text);
  const [name, behind] = firstWord(rest);
  const [word, after] = firstWord(behind);
  if (!lasts || !/^\d/.test(word)) {
    return { room, name, seconds: null, words: behind };
  }
  const seconds = readDuration(word);
  return seconds ? { room, name, seconds, words: after } : { badTime: word };
}

/** Read rules and their new values: `slow=10 secret key=off`; one without a value is switched on. */
export function readChanges(text) {
  const change = {};
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const [name, ...value] = word.split('=');
    change[name] = value.length ? value.join('=') : 'on';
  }
  return change;
}

/** Read `#ROOM [key=WORD] [#ROOM...]`, with blanks or commas between; # may be left out. */
export function readRooms(text) {
  const rooms = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (rooms.length && /^key=/i.test(word)) {
      rooms.at(-1).key = word.slice(4);
    } else {
      rooms.push(...word.split(',').filter(Boolean).map((name) => ({ name: roomCalled(name), key: '' })));
    }
  }
  return rooms;
}

/** Choose the word that is most like what was typed; null where none is near. */
export function closest(typed, words) {
  let [best, least] = [null, Math.max(1, Math.floor(typed.length / 3)) + 1];
  for (const word of words) {
    const far = distance(typed, word);
    if (far < least) {
      [best, least] = [word, far];
    }
  }
  return best;
}

/** How many letters must be put in, left out, changed, or swapped with their neighbour. */
function distance(a, b) {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i += 1) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      rows[i][j] = Math.min(change, rows[i - 1][j] + 1, rows[i][j - 1] + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
      }
    }
  }
  return rows[a.length][b.length];
}
