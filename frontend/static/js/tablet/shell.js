// The page that opens while the server is away: the last-known page of this session, from the tablet, for the one who
// locked nothing and has signed out of nothing. The pad and the keys on it work; what they keep is sent later.
(async () => {
  const { shelf, keys } = globalThis.tablet;
  const said = document.querySelector("[data-shell]");
  const main = document.querySelector("main");
  const clock = (moment, timeZone) => new Date(moment).toLocaleTimeString("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" });
  const read = async (author, copy) => {
    const { title, main: html, look } = JSON.parse(await keys.show(author, copy.hidden));
    return { title, look, kept: new DOMParser().parseFromString(html, "text/html").querySelector("main") };
  };

  const scripts = () => {
    for (const { src } of document.getElementById("scripts").content.querySelectorAll("script")) {
      document.body.append(Object.assign(document.createElement("script"), { src, async: false }));
    }
  };

  const open = async (author, copy) => {
    const { title, look, kept } = await read(author, copy);
    document.title = title;
    Object.assign(document.documentElement.dataset, look); // a dim room stays dim
    for (const { name, value } of kept.attributes) main.setAttribute(name, value);
    main.replaceChildren(said, ...kept.childNodes);
    said.textContent = `The server is not reached. This is the chart as of ${clock(copy.at, kept.dataset.zone)}. What you type is kept on this tablet and sent when the server is back.`;
    scripts();
  };

  const offer = async (author) => {
    const list = document.createElement("ul");
    for (const copy of await shelf.all("copies")) {
      if (copy.author !== author.author || copy.id.includes(" ")) continue;
      const { who, zone } = (await read(author, copy)).kept.dataset;
      const link = Object.assign(document.createElement("a"), { href: `/sessions/${copy.id}/`, textContent: `${who}, as of ${clock(copy.at, zone)}` });
      const item = document.createElement("li");
      item.append(link);
      list.append(item);
    }
    said.textContent = list.children.length ? "The server is not reached. These charts are on this tablet:" : "The server is not reached, and no chart of yours is on this tablet.";
    main.append(list);
  };

  // The server is back: what is kept goes out first. A page on which something is typed is not taken away.
  const again = async () => {
    const response = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
    if (!response?.ok) return;
    await globalThis.tablet.queue.send();
    if (!globalThis.tablet.isTyped(main)) location.reload();
    else said.textContent = "The server is back. Finish what you are typing, then reload the page.";
  };

  const author = await keys.mine();
  const session = location.pathname.match(/^\/sessions\/([0-9a-f-]{36})\//)?.[1];
  const copy = session && (await shelf.get("copies", session));
  if (author && copy?.author === author.author) await open(author, copy);
  else if (author) await offer(author);
  else said.textContent = "The server is not reached, and nobody is signed in on this tablet. Rows that wait here go out when somebody signs in.";
  setInterval(again, 10000);
})();
