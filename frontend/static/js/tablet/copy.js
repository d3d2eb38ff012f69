// The last-known page of an open session, and what is half typed on it: hidden under the author's key, so that they are
// there after a reload while the server is away, and for nobody else.
(() => {
  const { shelf, keys } = globalThis.tablet;
  const DAY = 12 * 60 * 60 * 1000;
  const here = document.querySelector("[data-session]");
  if (!here) return;
  const { session } = here.dataset;
  const isFromServer = "author" in document.body.dataset;

  const keepPage = async (page) => {
    const author = await keys.mine();
    if (!author || !here.dataset.open) return shelf.drop("copies", session);
    for (const copy of await shelf.all("copies")) if (Date.now() - copy.at > DAY) await shelf.drop("copies", copy.id);
    const { bsTheme, room } = document.documentElement.dataset;
    const content = JSON.stringify({ title: page.title, main: page.querySelector("main").outerHTML, look: { bsTheme, ...(room && { room }) } });
    return shelf.put("copies", { id: session, author: author.author, at: Date.now(), hidden: await keys.hide(author, content) });
  };
  // As the server made it: before any script has changed a thing on it.
  const asMade = { title: document.title, querySelector: () => ({ outerHTML: asMade.html }), html: document.querySelector("main").outerHTML };
  if (isFromServer) keys.ready().then(() => keepPage(asMade)).catch(() => {});
  document.addEventListener("tablet:renewed", (event) => keepPage(event.detail));

  // What is half typed: autosave.js sends it to the server; what the server did not get is kept here.
  const typedIn = (form) => [...form.elements].filter((field) => field.name && field.type !== "hidden" && field.type !== "radio" && field.type !== "checkbox");
  const nameOf = (form) => `${session} ${form.getAttribute("action")}`;
  const keepDraft = async (form) => {
    const author = await keys.mine();
    if (!author) return;
    const content = JSON.stringify(typedIn(form).map((field) => [field.name, field.value]));
    await shelf.put("copies", { id: nameOf(form), author: author.author, at: Date.now(), hidden: await keys.hide(author, content) });
  };
  const restore = async (form) => {
    const author = await keys.mine();
    const draft = await shelf.get("copies", nameOf(form));
    if (!draft || draft.author !== author?.author) return;
    for (const [name, value] of JSON.parse(await keys.show(author, draft.hidden))) {
      const field = form.elements[name];
      if (field && field !== document.activeElement) field.value = value;
    }
    form.dispatchEvent(new CustomEvent("restored"));
  };
  Object.assign(globalThis.tablet, { keepDraft, dropDraft: (form) => shelf.drop("copies", nameOf(form)) });
  for (const form of document.querySelectorAll("[data-autosave]")) restore(form).catch(() => {});
})();
