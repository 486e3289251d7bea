/** Dialogs: what asks for something while all else waits. */

import { el, iconButton } from '../elements.js';

let dialogCount = 0;

/**
 * Open a dialog, with a heading and a button that closes it. Escape closes it too, and so does a click
 * beside it; the focus goes back to where it was.
 * @param {{title: string, close: string, class?: string, onClose?: () => void}} given
 *   `close`: what the button that closes it is called
 * @param {...Node} children
 * @returns {HTMLDialogElement}
 */
export function openDialog({ title, close, class: name, onClose }, ...children) {
  const id = `dialog-${(dialogCount += 1)}`;
  const made = el(
    'dialog',
    { class: name, 'aria-labelledby': id },
    el(
      'header',
      {},
      el('h2', { id, text: title }),
      iconButton('close', close, { on: { click: () => made.close() } }),
    ),
    el('div', { class: 'inside' }, ...children),
  );
  let isPressedBeside = false;
  made.addEventListener('pointerdown', (event) => {
    isPressedBeside = event.target === made;
  });
  made.addEventListener('click', (event) => {
    if (isPressedBeside && event.target === made) {
      made.close();
    }
  });
  made.addEventListener('close', () => {
    made.remove();
    onClose?.();
  });
  document.body.append(made);
  made.showModal();
  const first = made.querySelector('[autofocus], .inside :is(input, select, textarea, button, a[href])');
  first?.focus();
  return made;
}
