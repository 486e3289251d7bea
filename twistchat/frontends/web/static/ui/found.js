import { fetchPart } from './later.js';

/** Have the search put into its place when it is opened for the first time. */
export function mountFound(element, app) {
  let isThere = false;
  app.view.drawn.listen(async (name) => {
    if (name !== 'found' || isThere) {
      return;
    }
    isThere = true;
    try {
      const { FoundPanel } = await fetchPart('found');
      new FoundPanel(element, app).focus();
    } catch (error) {
      isThere = false;
      app.banner.fail(error);
      app.view.drawer(null);
    }
  });
}
