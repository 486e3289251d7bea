/**
 * How everything that is seen is made: elements with text, and never text that becomes elements.
 *
 *     el('button', {class: 'quiet', type: 'button', on: {click: open}}, icon('search'), t('head.search'))
 */

const SVG = 'http://www.w3.org/2000/svg';

/** What may stand in a link; anything else (`javascript:`…) would run, or leave the page. */
const SAFE = /^(?:https?:\/\/|#|[./]|$)/i;

/**
 * Make an element.
 * @param {string} tag
 * @param {object} [given] attributes; besides them `class`, `text`, `on` (listeners by event), `data`
 *   (of `dataset`), `style` (properties, `--hue` too) and properties such as `value`, `checked`, `disabled`.
 *   What is `null`, `undefined` or `false` is left out; `true` is an attribute without a value.
 * @param {...(Node|string|number|null|false|undefined|Array)} children
 * @returns {HTMLElement}
 */
export function el(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  set(made, given);
  append(made, children);
  return made;
}

/** Give an element what `el` would have given it. */
export function set(element, given) {
  for (const [name, value] of Object.entries(given)) {
    if (name === 'on') {
      for (const [event, listen] of Object.entries(value)) {
        element.addEventListener(event, listen);
      }
    } else if (name === 'style') {
      for (const [property, text] of Object.entries(value)) {
        element.style.setProperty(property, text);
      }
    } else if (name === 'data') {
      Object.assign(element.dataset, value);
    } else if (name === 'text') {
      element.textContent = value;
    } else if (name === 'value' || name === 'checked') {
      element[name] = value;
    } else {
      attribute(element, name, value);
    }
  }
}

/** Put other children in the place of those that there are. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
}

/** The elements of the page by their `id`. */
export function byId(id) {
  return document.getElementById(id);
}

/** Have the focus in the log: for whoever was at something that is gone. */
export function focusLog() {
  document.querySelector('[role=log]')?.focus({ preventScroll: true });
}

/**
 * Make an icon. It says nothing to those who cannot see it: its button has a label.
 * @param {keyof typeof SHAPES} name
 */
export function icon(name) {
  const made = document.createElementNS(SVG, 'svg');
  made.setAttribute('class', `icon icon-${name}`);
  made.setAttribute('viewBox', '0 0 24 24');
  made.setAttribute('aria-hidden', 'true');
  made.setAttribute('focusable', 'false');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', SHAPES[name]);
  made.append(path);
  return made;
}

/**
 * Make a button that is an icon, with a label for those who hear it and a title for those who point at it.
 * @param {keyof typeof SHAPES} name
 * @param {string} label
 */
export function iconButton(name, label, given = {}) {
  const { class: more = '', ...rest } = given;
  return el(
    'button',
    { type: 'button', class: `bare ${more}`.trim(), 'aria-label': label, title: label, ...rest },
    icon(name),
  );
}

function attribute(element, name, value) {
  if (value === null || value === undefined || value === false) {
    element.removeAttribute(name);
    return;
  }
  if (name.startsWith('on') || name === 'srcdoc') {
    throw new TypeError(`${name} is no attribute that is set here`);
  }
  if ((name === 'href' || name === 'src') && !SAFE.test(value)) {
    throw new TypeError(`no link to ${value}`);
  }
  element.setAttribute(name, value === true ? '' : String(value));
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) {
      element.append(child instanceof Node ? child : String(child));
    }
  }
}

/** Strokes on a field of 24 by 24. */
const SHAPES = {
  close: 'M6 6l12 12M18 6 6 18',
  crown: 'M4 18h16M4 14l-1-8 5 4 4-6 4 6 5-4-1 8z',
  down: 'm6 9 6 6 6-6',
  edit: 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4',
  hash: 'M9.5 4 7.5 20M16.5 4l-2 16M4.5 9h16M3.5 15h16',
  menu: 'M4 6.5h16M4 12h16M4 17.5h16',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  people: 'M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 20c0-3.6 2.9-5.5 6.5-5.5s6.5 1.9 6.5 5.5M16 4.8a3.5 3.5 0 0 1 0 6.4M18 15c2.2.8 3.5 2.5 3.5 5',
  plus: 'M12 5v14M5 12h14',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM16 16l4.5 4.5',
  send: 'M4.5 12 3.5 4.5 21 12 3.5 19.5zM4.5 12H12',
  shield: 'M12 3l7.5 3v5.5c0 4.5-3 7.8-7.5 9.5-4.5-1.7-7.5-5-7.5-9.5V6z',
  sound: 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11',
};
