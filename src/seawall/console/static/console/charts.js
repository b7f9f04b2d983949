// Draws every figure.chart from the specification beside it: in the page's colours, as wide as its place.
"use strict";

(() => {
  const NARROW = 560, ROOM = 84;  // pixels: of a narrow chart, and for a name beneath its bar
  let library;

  /** Vega, asked for by the first chart; pages without one never load it. */
  function loaded(address) {
    library ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = () => done(window.seawallCharts);
      script.onerror = () => failed(new Error(`${address} did not load`));
      document.head.append(script);
    });
    return library;
  }

  /** Whether the page's ground is dark, whatever made it so: a person's setting or the system's. */
  function isDark() {
    const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g).map(Number);
    return 0.3 * red + 0.6 * green + 0.1 * blue < 110;
  }

  function coloured(value, onDark) {
    if (Array.isArray(value)) return value.map((each) => coloured(each, onDark));
    if (value !== null && typeof value === "object")
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, coloured(each, onDark)]));
    return onDark[value] ?? value;
  }

  /** Names that would run into each other lie aslant. */
  function fitted(spec, width) {
    const {x} = spec.encoding ?? {};
    if (x?.type !== "nominal" || !x.axis) return spec;
    const names = new Set((spec.data?.values ?? []).map((row) => row[x.field]));
    if (names.size * ROOM > width) Object.assign(x.axis, {labelAngle: -40, labelAlign: "right", labelOverlap: false});
    return spec;
  }

  function narrowed(spec) {
    if (spec.encoding?.color?.legend) Object.assign(spec.encoding.color.legend, {orient: "bottom", columns: 2});
    for (const layer of spec.layer ?? []) {
      if (layer.mark?.type !== "text") continue;
      layer.mark.fontSize = 9;
      if (layer.encoding?.text?.format === ".1%") layer.encoding.text.format = ".0%";
    }
    return spec;
  }

  function config() {
    const style = getComputedStyle(document.body);
    const ink = style.getPropertyValue("--ink-quiet").trim(), line = style.getPropertyValue("--line").trim();
    const quiet = {labelColor: ink, titleColor: ink, titleFontWeight: "normal"};
    return {
      background: null, font: style.fontFamily, view: {stroke: null}, legend: quiet,
      axis: {...quiet, gridColor: line, domainColor: line, tickColor: line},
    };
  }

  /** How a chart is drawn now; where it changes, the chart is drawn again. */
  function manner(place) {
    return `${isDark() ? "dark" : "light"} ${place.clientWidth < NARROW ? "narrow" : "wide"}`;
  }

  async function draw(figure) {
    const place = figure.querySelector(".chart-drawing");
    const now = manner(place);
    if (!place.clientWidth || figure.dataset.drawn === now) return;
    figure.dataset.drawn = now;
    const {embed, onDark} = await loaded(figure.dataset.library);
    const told = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
    const spec = fitted({
      $schema: "https://vega.github.io/schema/vega-lite/v6.json", width: "container",
      autosize: {type: "fit-x", contains: "padding"},
      ...(now.startsWith("dark") ? coloured(told, onDark) : told), config: config(),
    }, place.clientWidth - ROOM);
    figure.view?.finalize();
    const drawn = await embed(place, now.endsWith("narrow") ? narrowed(spec) : spec, {
      // An interpreter instead of generated code, and no style of its own: the page's policy allows neither.
      ast: true, defaultStyle: false, tooltip: {disableDefaultStyle: true},
      renderer: "svg", actions: false, bind: figure.querySelector(".chart-choices"),
    });
    figure.view = drawn.view;
    // To a screen reader the chart is one picture, by its caption; its figures are in the table beneath.
    place.querySelector("svg").setAttribute("aria-hidden", "true");
    figure.classList.add("is-drawn");
    figure.classList.toggle("on-dark", now.startsWith("dark"));
  }

  /** A picture of the chart as it is drawn now, for pages whose charts the server does not draw. */
  async function take(button) {
    const figure = button.closest("figure.chart"), {form} = button.dataset;
    const link = document.createElement("a");
    link.href = await figure.view.toImageURL(form, form === "png" ? 2 : 1);
    link.download = `${figure.id}.${form}`;
    link.click();
  }

  const seen = new ResizeObserver((entries) => {
    for (const {target} of entries) {
      const figure = target.closest("figure.chart");
      if (figure.view) figure.view.width(target.clientWidth).runAsync();
      draw(figure);
    }
  });

  function start(within) {
    for (const figure of within.querySelectorAll("figure.chart:not([data-started])")) {
      figure.dataset.started = "";
      for (const button of figure.querySelectorAll("button[data-form]")) {
        button.hidden = false;
        button.addEventListener("click", () => take(button));
      }
      seen.observe(figure.querySelector(".chart-drawing"));
    }
  }

  const again = () => document.querySelectorAll("figure.chart").forEach(draw);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  new MutationObserver(again).observe(document.documentElement, {attributeFilter: ["data-theme"]});
  document.addEventListener("htmx:afterSettle", (event) => start(event.target.parentElement ?? document));
  start(document);
})();
