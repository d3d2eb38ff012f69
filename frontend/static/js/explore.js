// Plotly over the drawing: by itself when a staff page is idle, on a tap on a phone. The drawing stays in the page
// for print and for who has no script; the sentence and the table say the same.
(() => {
  const { plotly, plotlyCss } = document.currentScript.dataset;
  let loading;

  // Plotly's own <style> is forbidden by the content policy; with this link in place it does not try.
  const load = () =>
    (loading ??= new Promise((done, fail) => {
      const link = document.createElement("link");
      Object.assign(link, { id: "plotly.js-style-global", className: "no-inline-styles", rel: "stylesheet", href: plotlyCss });
      const script = document.createElement("script");
      Object.assign(script, { src: plotly, onload: done, onerror: fail });
      link.onload = () => document.head.append(script);
      link.onerror = fail;
      document.head.append(link);
    }));

  const themed = (node, tokens, styles) => {
    if (typeof node === "string") return tokens[node] ? styles.getPropertyValue(tokens[node]).trim() : node;
    if (Array.isArray(node)) return node.map((part) => themed(part, tokens, styles));
    if (node && typeof node === "object")
      return Object.fromEntries(Object.entries(node).map(([name, part]) => [name, themed(part, tokens, styles)]));
    return node;
  };

  // On a phone the margin with the names of the lines would take half of the chart: they stand on their lines instead.
  const inTwo = (text) => (text.length > 18 ? text.replace(/^(.{8,}?) /, "$1<br>") : text);
  const narrowed = (layout) => ({
    ...layout,
    margin: { ...layout.margin, r: 64 },
    xaxis: { ...layout.xaxis, nticks: 4, tickangle: 0 },
    annotations: layout.annotations.map((note) =>
      note.x > 1 ? { ...note, yanchor: "bottom", text: inTwo(note.text), ...(note.yanchor === "top" ? { x: 1, xanchor: "right" } : { x: 0 }) } : note,
    ),
  });

  const explore = async (figure) => {
    const [answer] = await Promise.all([fetch(figure.dataset.figure), load()]);
    if (!answer.ok) throw new Error(answer.status);
    const { data, layout, tokens, locale } = await answer.json();
    const place = document.createElement("div");
    place.className = "plotly-place";
    figure.prepend(place);
    const draw = () => {
      const styles = getComputedStyle(document.documentElement);
      const fitting = place.clientWidth < 600 ? narrowed(layout) : layout;
      return Plotly.react(place, themed(data, tokens, styles), themed(fitting, tokens, styles), {
        displayModeBar: false,
        responsive: true,
        scrollZoom: false,
        ...(locale && { locale: "words", locales: { words: { dictionary: {}, format: locale } } }),
      });
    };
    await draw();
    figure.classList.add("is-explored");
    // The device goes dark in the evening, and the page with it.
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  };

  for (const figure of document.querySelectorAll("figure[data-figure]")) {
    if (!figure.dataset.figure) continue;
    const button = figure.querySelector("[data-explore]");
    if (button) {
      button.hidden = false;
      button.addEventListener("click", () => {
        button.hidden = true;
        explore(figure).catch(() => (button.hidden = false));
      });
    } else if ("idle" in figure.dataset && matchMedia("(min-width: 48rem)").matches) {
      const wait = window.requestIdleCallback ?? ((act) => setTimeout(act, 500));
      addEventListener("load", () => wait(() => explore(figure).catch(() => {})));
    }
  }
})();
