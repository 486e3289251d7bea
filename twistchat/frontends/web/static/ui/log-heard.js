/** Says what is new to those who hear the page: who, then what; and never what was there before. */
import { el } from '../elements.js';

const KEPT = 12;
const AT_ONCE = 4;
const TURN = 1000;

/**
 * @param {HTMLElement} place
 * @param {object} app
 * @param {() => object|null} shown  the conversation that is seen
 */
export function mountHeard(place, app, shown) {
  const region = el('div', { class: 'heard', 'aria-live': 'polite', 'aria-relevant': 'additions', 'aria-atomic': 'false' });
  place.append(region);
  let waiting = [];
  let timer = null;

  function say(text) {
    region.append(el('p', { text }));
    while (region.childElementCount > KEPT) {
      region.firstElementChild.remove();
    }
  }

  /** A second's worth at a time; of a flood it is told how much it is. */
  function tell() {
    timer = null;
    if (waiting.length > AT_ONCE) {
      say(app.t('log.many', { count: waiting.length }));
    } else {
      waiting.forEach(say);
    }
    if (waiting.length > 0) {
      waiting = [];
      timer = setTimeout(tell, TURN);
    }
  }

  app.chat.arrived.listen(({ conversation, item, isPast }) => {
    if (conversation !== shown() || isPast || item.isMine) {
      return;
    }
    const text = heard(item, app);
    if (text) {
      waiting.push(text);
      timer ??= setTimeout(tell, 0);
    }
  });
}

/** Author and text first. Who comes and who goes is not said: a class of thirty would be heard all day. */
function heard(item, { t }) {
  if (item.kind === 'announced') {
    return `${t('log.operator')}: ${item.text}`;
  }
  if (item.kind !== 'said') {
    return null;
  }
  return item.action ? `${item.who} ${item.text}` : `${t('log.says', { who: item.who })}${item.text}`;
}
