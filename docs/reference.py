"""Write the reference pages that follow from the code: `python docs/reference.py`.

A test compares them with what this module gives, so that they cannot drift.
"""

import json
from pathlib import Path
from typing import Any

from seawall.cases.kind import Verb
from seawall.cases.process import conformance
from seawall.cases.process import tables as process_tables
from seawall.console import configuring
from seawall.console.api import problems as api_problems
from seawall.core.expression import reference as expression_reference
from seawall.office import kinds, packs, tables, warning
from seawall.portfolio import segments, tape

DOCS = Path(__file__).parent


def pages() -> dict[str, str]:
    """Every page that is written here, by its path under `docs/`."""
    return {
        "measures.md": _measures(),
        "trends.md": _trends(),
        "indicators.md": _indicators(),
        "problems.md": _problems(),
        "api.md": _api(),
        "schemas/openapi.json": json.dumps(_openapi(), ensure_ascii=False, indent=1) + "\n",
        "contract.md": _contract(),
        "expression.md": _expression(),
        "process.md": _process(),
        "playbooks.md": _playbooks(),
        "schemas/policy.schema.json": packs.policy_schema("policy") + "\n",
        "schemas/cases.schema.json": packs.policy_schema("cases") + "\n",
        "kinds.md": _kinds(),
        "schemas/kind.schema.json": kinds.schema("kind") + "\n",
        "schemas/kind_cases.schema.json": kinds.schema("cases") + "\n",
    }


def _measures() -> str:
    lines = ["# Measures", "", "`seawall portfolio NAME [--by SEGMENT,…] [--as-of DATE] "
             "[--format table|json|csv|parquet]`", "",
             f"Segments: {', '.join(f'`{name}`' for name in segments.NAMES)}.", ""]  # fmt: skip
    for measure in tables.measures(packs.conventions()):
        lines += [f"## {measure.name}", "", f"**{measure.title.en}** · {measure.title.zh}", "",
                  measure.meaning.en, "", measure.meaning.zh, "", f"Source: {measure.source}.", "",
                  "| column | unit | English | 中文 |", "|---|---|---|---|"]  # fmt: skip
        lines += [f"| `{c.name}` | {c.unit} | {c.title.en} | {c.title.zh} |"
                  for c in measure.columns]  # fmt: skip
        lines.append("")
    return "\n".join(lines)


def _kinds() -> str:
    lines = ["# Kinds of case", "", "How a kind is written: [Cases](cases.md).", ""]
    for name in kinds.kinds():
        kind = kinds.kind(name)
        states = (f"*{n}*" if state.final else n for n, state in kind.states.items())
        lines += [f"## {name}", "", f"**{kind.title.en}** · {kind.title.zh}", "",
                  kind.meaning.en, "", kind.meaning.zh, "", f"Source: {kind.source}.", "",
                  f"States (final ones *slanted*): {', '.join(states)}.", "",
                  f"Kept {kind.retention.years} years after `{kind.retention.after}`: "
                  f"{kind.retention.citation}.", "",
                  "| verb | English | 中文 | from | to | roles | approval |",
                  "|---|---|---|---|---|---|---|"]  # fmt: skip
        lines += [_verb_row(name, verb) for name, verb in kind.verbs.items()]
        if kind.clocks:
            lines += [
                "",
                "| clock | English | 中文 | owner | from where |",
                "|---|---|---|---|---|",
            ]
        lines += [f"| `{name}` | {c.title.en} | {c.title.zh} | {c.owner} | "
                  f"{c.citation or f'statute `{c.statute}`'} |"
                  for name, c in kind.clocks.items()]  # fmt: skip
        lines.append("")
    return "\n".join(lines)


def _verb_row(name: str, verb: Verb) -> str:
    asked = verb.approval
    by = f"{asked.people} of {', '.join(asked.by)}" if asked else ""
    when = f" where `{asked.when}`" if asked and asked.when else ""
    since, to = ", ".join(verb.from_) or "(opens)", verb.to or "(stays)"
    return (f"| `{name}` | {verb.title.en} | {verb.title.zh} | {since} | {to} | "
            f"{', '.join(verb.roles)} | {by}{when} |")  # fmt: skip


def _indicators() -> str:
    lines = ["# Indicators", "", "The indicators that are shipped, one file each "
             "([how one is written](warning.md)); each watches a [trend](trends.md).", "",
             "| file | English | 中文 | trend | watched by | owner | what to do |",
             "|---|---|---|---|---|---|---|"]  # fmt: skip
    for sheet in warning.sheets():
        each, file = sheet.declared, Path(sheet.name).relative_to(packs.PACKS)
        by = "; ".join(", ".join(one) or "the whole book" for one in each.by)
        what = f"`{each.playbook}`" if each.playbook else "its own advice"
        lines.append(f"| `{file}` | {each.title.en} | {each.title.zh} | `{each.measure}` | {by} "
                     f"| {each.owner} | {what} |")  # fmt: skip
    return "\n".join((*lines, ""))


def _trends() -> str:
    lines = ["# Trends", "",
             "A trend tells one number period by period, each as it could be known at its period's "
             "end: its row is the same whether the book holds later facts or was cut off there. "
             "Indicators (`packs/indicators`) watch trends. Value = part / whole for a share and a "
             "mean, whose whole is the sample; a count and a level have no whole.", "",
             "趋势逐期给出一个数值，每期只用期末之前已知的事实。指标（`packs/indicators`）监测趋势。", ""]  # fmt: skip
    for trend in tables.trends(packs.conventions()):
        lines += [f"## {trend.name}", "", f"**{trend.title.en}** · {trend.title.zh}", "",
                  trend.meaning.en, "", trend.meaning.zh, "",
                  f"{trend.arithmetic}, {trend.unit}, by {', '.join(trend.periods)}. "
                  f"Segments: {_listed(trend.segments) or 'none'}. "
                  f"Reads {_listed(trend.reads)}. Source: {trend.source}.", ""]  # fmt: skip
    return "\n".join(lines)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _process() -> str:
    """The page's own words, up to the first measure, and the measures behind them."""
    words, _, _ = (DOCS / "process.md").read_text(encoding="utf-8").partition("### ")
    lines: list[str] = []
    for measure in (*process_tables.measures(), conformance.measure()):
        lines += [f"### {measure.name}", "", f"**{measure.title.en}** · {measure.title.zh}", "",
                  measure.meaning.en, "", measure.meaning.zh, "", f"Source: {measure.source}.", "",
                  "| column | unit | English | 中文 |", "|---|---|---|---|"]  # fmt: skip
        lines += [f"| `{c.name}` | {c.unit} | {c.title.en} | {c.title.zh} |"
                  for c in measure.columns]  # fmt: skip
        lines.append("")
    return words + "\n".join(lines)


def _playbooks() -> str:
    """The page's own words, up to the first playbook; the shipped playbooks and drills behind them."""
    words, _, _ = (DOCS / "playbooks.md").read_text(encoding="utf-8").partition("### ")
    lines: list[str] = []
    for name in packs.playbooks():
        plan = packs.playbook(name)
        sheet = plan.sheet
        lines += [f"### {name}", "", f"**{sheet.title.en}** · {sheet.title.zh}", "",
                  sheet.about.en, "", sheet.about.zh, "", f"By: {'; '.join(sheet.cite)}.", "",
                  "| step | owner | phase | within | leads to | English | 中文 |",
                  "|---|---|---|---|---|---|---|"]  # fmt: skip
        lines += [
            f"| `{step.id}` | {step.owner} | {step.phase} | "
            f"{f'{step.within.count} {step.within.unit}' if step.within else ''} | "
            f"{', '.join(f'`{each}`' for each in dict.fromkeys(step.leads_to))} | "
            f"{step.title.en} | {step.title.zh} |"
            for step in plan.steps.values()
        ]
        exits = "; ".join(f"{each.title.en} ({each.title.zh})" for each in sheet.exits)
        lines += ["", f"Closed when: {exits}.", ""]
    for name in packs.drills():
        drill = packs.drill(name).sheet
        lines += [f"### drill: {name}", "", f"**{drill.title.en}** · {drill.title.zh}, of `{drill.playbook}`", "",
                  drill.about.en, "", drill.about.zh, "", "| minute | English | 中文 |", "|---|---|---|"]  # fmt: skip
        lines += [f"| {each.minute} | {each.says.en} | {each.says.zh} |" for each in drill.injects]
        expected = ", ".join(f"{phase} {minute}" for phase, minute in drill.expect.items())
        lines += ["", f"Expected by minute: {expected}.", ""]
    return "\n".join((words.rstrip("\n"), "", *lines))


def _problems() -> str:
    lines = ["# Problem codes", "",
             "What is wrong with an input, and what to do about it.", "",
             "| code | message | remedy | 说明 | 处理 |", "|---|---|---|---|---|"]  # fmt: skip
    lines += [
        f"| `{k.code}` | {k.message.en} | {k.remedy.en} | {k.message.zh} | {k.remedy.zh} |"
        for k in sorted((*tables.PROBLEM_KINDS, *api_problems.KINDS), key=lambda kind: kind.code)
    ]
    return "\n".join((*lines, ""))


def _openapi() -> dict[str, Any]:
    """The API's description, as `/api/v1/openapi.json` gives it."""
    configuring.prepare({"SECRET_KEY": "signs nothing here"})
    from seawall.console.api.main import api  # noqa: PLC0415 - Django is told first

    return json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/")))  # type: ignore[no-any-return]


def _api() -> str:
    lines = ["# The API", "", "Machines ask under `/api/v1`, with `Authorization: Bearer swl_…`: a token that has the scope "
             "of the route ([how to use the API](how-to/use-the-api.md)). The whole description is "
             "[openapi.json](schemas/openapi.json), which a server gives at `/api/v1/openapi.json`, too.", "",
             "| route | scope | what |", "|---|---|---|"]  # fmt: skip
    for path, operations in _openapi()["paths"].items():
        for method, told in operations.items():
            scope = ", ".join(
                f"`{each}`" for held in told.get("security", ()) for each in held["Token"]
            )
            what = " ".join(told["description"].split())
            lines.append(
                f"| `{method.upper()} {path}` | {scope or '–'} | **{told['summary']}.** {what} |"
            )
    lines += ["", "## Refusals", "", 'Whatever is not done is answered with the same body: `{"problems": [{"code", '
              '"where", "message": {"en", "zh"}, "remedy": {"en", "zh"}}]}`. Codes are stable '
              "([problem codes](problems.md)).", "", "| status | when |", "|---|---|"]  # fmt: skip
    lines += [f"| {status} | {when} |" for status, when in _STATUSES.items()]
    from seawall.console.counting import METRICS  # noqa: PLC0415 - Django is told first

    lines += ["", "## Metrics", "", "`GET /api/v1/metrics`, in Prometheus's text form. Where several processes serve, each "
              "counts requests and decisions for itself, and `PROMETHEUS_MULTIPROC_DIR` names a folder in which they come "
              "together.",
              "", "| name | what |", "|---|---|"]  # fmt: skip
    lines += [f"| `{name}` | {meaning} |" for name, meaning in METRICS.items()]
    return "\n".join((*lines, ""))


_STATUSES = {
    400: "the body cannot be read as JSON",
    401: "no token, or one that has ended or was revoked",
    403: "the token does not have the scope, or is of a part of the house where the scope opens what all units have",
    404: "there is no such object, or it belongs to another unit",
    409: "the call is refused as things stand",
    413: "more than one request may bring",
    422: "the input is wrong: every problem of it is told",
    429: "this machine asks more often than there is room for; `Retry-After` says when to send the same again",
    500: "something broke here; sent again, what was done is done once",
    503: "busy: nothing was done; or a store is away or slow: what was done is done once. "
    "`Retry-After` says when to send the same again",
}


def _contract() -> str:
    lines = ["# The contract of the book", "", *(tape.__doc__ or "").splitlines()[2:], ""]
    for table in tape.TABLES:
        lines += [f"## {table.name}", "", f"{table.meaning.en} · {table.meaning.zh}. "
                  f"Key: {', '.join(f'`{name}`' for name in table.key)}.", "",
                  "| column | type | required | limits | meaning | 含义 |",
                  "|---|---|---|---|---|---|"]  # fmt: skip
        for c in table.columns:
            limits = ", ".join(c.among) or " … ".join(
                "" if each is None else f"{each:g}" for each in (c.least, c.most)
            ).strip(" …")
            lines.append(f"| `{c.name}` | {c.type} | {'yes' if c.required else ''} | {limits} | "
                         f"{c.meaning.en} | {c.meaning.zh} |")  # fmt: skip
        lines.append("")
    return "\n".join(lines)


def _expression() -> str:
    """The page's own words, up to the first operator, and the table of operators behind them."""
    words, _, _ = (DOCS / "expression.md").read_text(encoding="utf-8").partition("### ")
    return words + expression_reference.page()


if __name__ == "__main__":
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
