// When two names are the same, and the colour of a name.

const ASCII = /^[ -~]*$/;

/**
 * Bring a name to the form by which names are compared: `ｂob` and `BOB` are `bob`.
 * The server compares by toNFKC_Casefold; upper case first makes lower case nearly that.
 * @param {string} name
 * @returns {string}
 */
export function fold(name) {
  if (ASCII.test(name)) {
    return name.toLowerCase();
  }
  const plain = name.normalize('NFKC').replace(/[^ı]+/gu, (part) => part.toUpperCase().toLowerCase());
  return plain.replaceAll('ς', 'σ').replaceAll('ß', 'ss').normalize('NFKC'); // of Σ at an end, and ẞ
}

/**
 * The hue of a name, always the same one: 0 to 359.
 * @param {string} name
 * @returns {number}
 */
export function hue(name) {
  let hash = 0x811c9dc5;
  for (const character of fold(name)) {
    hash = Math.imul(hash ^ character.codePointAt(0), 0x01000193);
  }
  // The last bits of this hash are its worst: mix them.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) % 360;
}
