import { fetchPart } from './later.js';

/**
 * Have the search put into its place when it is opened for the first time; `app.dialogs.search` opens it
 * and looks for words.
 */
export function mountFound(element, app) {
  let made = null;
  const openFound = async () => {
    made ??= fetchPart('found').then(({ FoundPanel }) => new FoundPanel(element, app));
    try {
      return await made;
    } catch (error) {
      made = null;
      app.banner.fail(error);
      app.view.drawer(null);
      return null;
    }
  };
  app.view.drawn.listen(async (name) => {
    if (name === 'found' && !made) {
      (await openFound())?.focus();
    }
  });
  app.dialogs.search = async (words) => {
    app.view.drawer('found');
    const panel = await openFound();
    if (words) {
      panel?.search(words);
    }
  };
}
