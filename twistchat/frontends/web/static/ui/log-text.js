/**
 * What is to be clicked in a text: addresses of the web, rooms (`#lab`) and lines (`#lab/12`).
 * It only finds; who draws makes elements of the parts, and the text stays text.
 */

/**
 * @typedef {{type: 'text', text: string}
 *   | {type: 'link', text: string, href: string}
 *   | {type: 'room', text: string, key: string, number: number|null}} Part
 */

// What ends an address wherever it stands: spaces, quotes, what Chinese puts between words, and marks of direction.
const WEB =
  /https?:\/\/[^\s<>"`{}|\\^\u0000-\u0020\u007f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\u3000-\u303f\ufeff\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65“”‘’…—]+/giu;
const ROOM = /#(?!\d+(?![\p{L}\p{N}_/-]))([\p{L}\p{M}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*)(?:\/(\d{1,15})(?![\p{L}\p{N}]))?/gu;
const BOTH = new RegExp(`${WEB.source}|${ROOM.source}`, 'giu');
/** What is longer is no address: to look for one at each of its letters would take long. */
const LONGEST = 4000;
const TRAILING = new Set(".,;:!?'*_~&");
const PAIRS = { ')': '(', ']': '[' };
const INSIDE_A_WORD = /[\p{L}\p{N}_&/#.-]/u;
const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/**
 * Cut a text into what is to be clicked and what is not.
 * @param {string} text
 * @returns {Part[]}
 */
export function partsOf(text) {
  const parts = [];
  let done = 0;
  BOTH.lastIndex = 0;
  for (let found = BOTH.exec(text); found; found = BOTH.exec(text)) {
    const { length } = found[0];
    const part = length > LONGEST || follows(text, found.index) ? null : pieceOf(found);
    if (!part) {
      BOTH.lastIndex = found.index + (length > LONGEST ? length : 1);
      continue;
    }
    if (found.index > done) {
      parts.push({ type: 'text', text: text.slice(done, found.index) });
    }
    parts.push(part);
    done = found.index + part.text.length;
    BOTH.lastIndex = done;
  }
  if (done < text.length) {
    parts.push({ type: 'text', text: text.slice(done) });
  }
  return parts;
}

/** Whether what stands before makes it the middle of a word; Chinese has no spaces between words. */
function follows(text, index) {
  const before = text[index - 1] ?? ' ';
  return INSIDE_A_WORD.test(before) && !CJK.test(before);
}

function pieceOf(found) {
  if (found[0].startsWith('#')) {
    const number = found[2] ? Number(found[2]) : null;
    return { type: 'room', text: found[0], key: `#${found[1]}`, number };
  }
  const text = withoutEnd(found[0]);
  const href = addressOf(text);
  return href ? { type: 'link', text, href } : null;
}

/** Leave out the full stop behind an address, and the bracket around it. */
function withoutEnd(address) {
  const lacking = new Map(Object.entries(PAIRS).map(([close, open]) => [close, occurrences(address, close) - occurrences(address, open)]));
  let end = address.length;
  for (; end > 0; end -= 1) {
    const last = address[end - 1];
    if (lacking.get(last) > 0) {
      lacking.set(last, lacking.get(last) - 1);
    } else if (!TRAILING.has(last)) {
      break;
    }
  }
  return address.slice(0, end);
}

function occurrences(text, character) {
  return text.split(character).length - 1;
}

/** The address if it is one of the web; none with a name in front, which only pretends to be the host. */
function addressOf(text) {
  try {
    const url = new URL(text);
    const isWeb = url.protocol === 'http:' || url.protocol === 'https:';
    return isWeb && url.hostname && !url.username && !url.password ? url.href : null;
  } catch {
    return null;
  }
}
