/** Why one is not let in, or is not called so: to which field it belongs, and what would help. */

import { el } from '../elements.js';

const FIELDS = {
  'name-registered': 'password',
  'wrong-password': 'password',
  'attempts-too-fast': 'password',
  'login-busy': 'password',
  'account-disabled': 'password',
  'guests-not-welcome': 'password',
  'house-first': 'house',
  'house-password-wrong': 'house',
  'password-short': 'fresh',
  'password-long': 'fresh',
  'password-characters': 'fresh',
  'password-is-name': 'fresh',
};

/** The field that a refusal is about: 'name', 'password', 'house', 'fresh' (a new password), or null. */
export function fieldOf(code = '') {
  return FIELDS[code] ?? (code.startsWith('name-') ? 'name' : null);
}

/** A button that takes the name that the server suggests, if it suggests one. */
export function suggestion(t, { code = '', hint }, take) {
  if (!code.startsWith('name-') || code === 'name-same' || typeof hint !== 'string' || !hint) {
    return null;
  }
  const name = el('bdi', { text: hint });
  return el('button', { type: 'button', on: { click: take } }, t.nodes('door.take', { name }));
}

const CAUSES = {
  left: 'left',
  'logged out': 'logged-out',
  kicked: 'kicked',
  banned: 'banned',
  'no name given': 'timeout',
};

/** What somebody is told at the door who was in. */
export function farewell(t, goodbye) {
  const { cause = '', words = '', code } = goodbye;
  if (code) {
    return t.error(goodbye);
  }
  return t(`door.${CAUSES[cause] ?? 'ended'}`, { words, cause }).trim();
}

/** Whether what is typed here goes over the network as it is. */
export function isPlain() {
  return location.protocol === 'http:' && !/^(localhost|127\.|\[::1\])/.test(location.hostname);
}
