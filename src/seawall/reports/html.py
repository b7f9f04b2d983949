"""A report as one self-contained HTML page: two languages, no network, light and dark."""

import json
from functools import lru_cache
from html import escape

import vl_convert

from seawall.core.text import Text
from seawall.reports import charts
from seawall.reports.leaf import NUMERIC, ROWS_TOLD, Aside, Grid, Leaf, Section, shown

_CONTENTS = Text(en="Contents", zh="目录")
_FIGURES = Text(en="Figures", zh="数据表")
_LATEST = Text(en="latest {n} rows", zh="最近 {n} 行")
_SOURCE = Text(en="Source", zh="出处")
_NOTHING = Text(
    en="Nothing to show: the book holds no such facts up to this date.",
    zh="无数据：截至该日账册中没有相关事实。",
)
_MADE = Text(
    en="Made by Seawall from the lender's own book. Every figure says how it is computed.",
    zh="由防线（Seawall）根据机构自身账册生成，每项指标均注明计算方法。",
)
_SKIP = Text(en="Skip to the report", zh="跳到正文")


def page(leaf: Leaf) -> str:
    """The whole page; open it in any browser."""
    parts = leaf.sections
    specs = {part.name: part.chart for part in parts if part.chart is not None}
    data = json.dumps(specs, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return "".join((
        '<!doctype html><html lang="en" data-lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(leaf.title.en)} · {escape(leaf.title.zh)}</title>",
        f"<style>{_CSS}</style></head><body>",
        f'<a class="skip" href="#{parts[0].name}">{_both(_SKIP)}</a>',
        _head(leaf), _contents(parts), "<main>", _aside(leaf.aside),
        *(_section(part) for part in parts),
        f"</main><footer>{_both(_MADE)}</footer>",
        f"<script>{_library()}</script>",
        f'<script type="application/json" id="specs">{data}</script>',
        f'<script type="application/json" id="on-dark">{json.dumps(charts.ON_DARK)}</script>',
        f"<script>{_SCRIPT}</script></body></html>",
    ))  # fmt: skip


def _head(leaf: Leaf) -> str:
    tiles = "".join(
        f'<div class="tile"><b>{_both(shown(value, column))}</b>'
        f"<span>{_both(column.title)}</span></div>"
        for column, value in leaf.tiles
    )
    return (
        f"<header><div class=bar><h1>{_both(leaf.title)}</h1>"
        '<button id="language" type="button" aria-label="中文 / English">中文</button></div>'
        f"<p>{_both(leaf.about)}</p>"
        f'<div class="tiles">{tiles}</div></header>'
    )


def _contents(parts: tuple[Section, ...]) -> str:
    links = "".join(f'<a href="#{part.name}">{_both(part.title)}</a>' for part in parts)
    return f'<nav aria-label="{_CONTENTS.en} / {_CONTENTS.zh}">{links}</nav>'


def _aside(aside: Aside | None) -> str:
    if aside is None:
        return ""
    items = "".join(
        f"<li>{f'<time>{escape(when)}</time> ' if when else ''}{_both(text)}</li>"
        for when, text in aside.items
    )
    return (
        f"<section><h2>{_both(aside.title)}</h2>"
        f"<p>{_both(aside.meaning)}</p><ul class=aside>{items}</ul></section>"
    )


def _section(part: Section) -> str:
    chart = f'<div class="chart" id="chart-{part.name}"></div>' if part.chart else ""
    empty = "" if part.grids else f"<p class=none>{_both(_NOTHING)}</p>"
    grids = "".join(_grid(grid) for grid in part.grids)
    if grids and part.chart:
        grids = f"<details><summary>{_both(_FIGURES)}</summary>{grids}</details>"
    return (
        f'<section id="{part.name}"><h2>{_both(part.title)}</h2><p>{_both(part.meaning)}</p>'
        f"{chart}{empty}{grids}"
        f"<p class=source>{_both(_SOURCE)}: {escape(part.source)}</p></section>"
    )


def _grid(grid: Grid) -> str:
    heads = "".join(
        f'<th scope="col"{_side(column.unit)}>{_both(column.title)}</th>' for column in grid.columns
    )
    rows = "".join(
        "<tr>" + "".join(
            f"<td{_side(column.unit)}>{_both(shown(value, column))}</td>"
            for value, column in zip(row, grid.columns, strict=True)
        ) + "</tr>"
        for row in grid.rows
    )  # fmt: skip
    note = ""
    if len(grid.rows) == ROWS_TOLD and grid.columns[0].unit == "date":
        note = f" <small>({_both(_LATEST.filled(n=ROWS_TOLD))})</small>"
    caption = f"<caption>{_both(grid.caption)}{note}</caption>" if grid.caption else ""
    return (
        f'<div class="wide"><table>{caption}<thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _side(unit: str) -> str:
    return " class=n" if unit in NUMERIC else ""


def _both(text: Text) -> str:
    """A text in both languages, of which the page shows one; once where they are the same."""
    if text.en == text.zh:
        return escape(text.en)
    return f'<span lang="en">{escape(text.en)}</span><span lang="zh-CN">{escape(text.zh)}</span>'


@lru_cache(maxsize=1)
def _library() -> str:
    """Vega, Vega-Lite and Vega-Embed, as the wheel ships them."""
    bundle = vl_convert.javascript_bundle(snippet=_EXPOSED)
    return bundle.replace("</script", "<\\/script")


_EXPOSED = "window.vegaEmbed = vegaEmbed;"

_CSS = """
:root{--ink:#1d2a35;--soft:#5a6b7a;--line:#dde4ea;--ground:#f5f7f9;--card:#fff;--accent:#1f5f8b;
color-scheme:light dark}
@media (prefers-color-scheme:dark){:root{--ink:#e3e9ee;--soft:#9badbb;--line:#2c3a46;
--ground:#121a21;--card:#1a242d;--accent:#7db8dd}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.55 system-ui,"Segoe UI",
"Noto Sans","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}
html[data-lang=en] [lang=zh-CN],html[data-lang=zh] [lang=en]{display:none}
header,nav,main,footer{max-width:1120px;margin:0 auto;padding:0 24px}
header{padding-top:28px}.bar{display:flex;justify-content:space-between;align-items:center;gap:16px}
h1{font-size:26px;margin:0;letter-spacing:-.01em}h2{font-size:18px;margin:0 0 4px}
p{margin:4px 0 12px;color:var(--soft);max-width:78ch}
button{font:inherit;white-space:nowrap;color:var(--accent);background:var(--card);border:1px solid var(--line);
border-radius:6px;padding:6px 14px;cursor:pointer}
button:focus-visible,a:focus-visible,summary:focus-visible{outline:2px solid var(--accent);
outline-offset:2px}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(138px,1fr));gap:10px;
margin:16px 0}
.tile{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:10px 12px}
.tile b{display:block;font-size:18px;font-variant-numeric:tabular-nums;white-space:nowrap}
.tile span{color:var(--soft);font-size:13px}
nav{display:flex;flex-wrap:wrap;gap:4px 16px;padding-top:4px;padding-bottom:12px}
nav a{color:var(--accent);text-decoration:none;font-size:14px}nav a:hover{text-decoration:underline}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:18px 20px;
margin:0 0 16px;scroll-margin-top:12px}
.chart{width:100%;min-height:120px;margin:6px 0 10px;overflow:hidden}
.chart form.vega-bindings{margin:0 0 4px;font-size:14px}
.chart select{font:inherit;padding:3px 6px}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:13px;width:100%;
font-variant-numeric:tabular-nums;margin:8px 0 14px}
caption{text-align:left;font-weight:600;padding:6px 0}
th,td{padding:4px 10px 4px 0;border-bottom:1px solid var(--line);text-align:left;
white-space:nowrap}th{color:var(--soft);font-weight:600;white-space:normal;vertical-align:bottom;
min-width:4.4em}
.n{text-align:right}summary{cursor:pointer;color:var(--accent);font-size:14px}
.source,footer,.none{font-size:13px;color:var(--soft)}.source{margin:8px 0 0}
.aside{margin:0;padding-left:18px}.aside time{color:var(--soft);
font-variant-numeric:tabular-nums;margin-right:8px}footer{padding-bottom:32px}
@media (max-width:600px){header,nav,main,footer{padding-left:12px;padding-right:12px}
section{padding:14px 12px}.tiles{grid-template-columns:repeat(2,1fr)}h1{font-size:21px}}
@media print{nav,button,.vega-bindings{display:none}section{break-inside:avoid;border:0}}
"""

_SCRIPT = """
const specs = JSON.parse(document.getElementById('specs').textContent);
const onDark = JSON.parse(document.getElementById('on-dark').textContent);
const root = document.documentElement;
const dark = matchMedia('(prefers-color-scheme: dark)');
function spoken(value, language) {
  if (Array.isArray(value)) return value.map(each => spoken(each, language));
  if (dark.matches && onDark[value]) return onDark[value];
  if (value === null || typeof value !== 'object') return value;
  const names = Object.keys(value);
  if (names.length === 2 && 'en' in value && 'zh' in value) return value[language];
  return Object.fromEntries(names.map(name => [name, spoken(value[name], language)]));
}
function narrow(spec) {
  const {x, color} = spec.encoding ?? {};
  if (color?.legend) Object.assign(color.legend, {orient: 'bottom', columns: 2});
  if (x?.type === 'nominal' && x.axis)
    Object.assign(x.axis, {labelAngle: -40, labelAlign: 'right', labelOverlap: false});
  for (const layer of spec.layer ?? [])
    if (layer.mark.type === 'text') {
      layer.mark.fontSize = 9;
      if (layer.encoding.text.format === '.1%') layer.encoding.text.format = '.0%';
    }
}
function draw() {
  const language = root.dataset.lang;
  const style = getComputedStyle(root);
  const ink = style.getPropertyValue('--soft').trim(), line = style.getPropertyValue('--line').trim();
  const font = getComputedStyle(document.body).fontFamily;
  const config = {background: null, font, view: {stroke: null},
    axis: {labelColor: ink, titleColor: ink, gridColor: line, domainColor: line, tickColor: line,
      titleFontWeight: 'normal'},
    legend: {labelColor: ink, titleColor: ink, titleFontWeight: 'normal'}};
  for (const [name, spec] of Object.entries(specs)) {
    const whole = {$schema: 'https://vega.github.io/schema/vega-lite/v6.json', width: 'container',
      autosize: {type: 'fit', contains: 'padding'}, config, ...spoken(spec, language)};
    if (innerWidth < 600) narrow(whole);
    vegaEmbed('#chart-' + name, whole, {renderer: 'svg', actions: {export: true, source: false,
      compiled: false, editor: false}});
  }
}
function speak(language) {
  root.dataset.lang = language;
  root.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.getElementById('language').textContent = language === 'zh' ? 'English' : '中文';
  draw();
}
document.getElementById('language').addEventListener('click',
  () => speak(root.dataset.lang === 'en' ? 'zh' : 'en'));
dark.addEventListener('change', draw);
const asked = new URLSearchParams(location.search).get('lang') || location.hash.slice(1);
speak(asked === 'zh' || (asked !== 'en' && navigator.language.startsWith('zh')) ? 'zh' : 'en');
"""
