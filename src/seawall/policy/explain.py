"""A policy as plain sentences, and one decision taken apart."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from seawall.core.expression.explain import Part, explainer
from seawall.core.expression.tree import Call, Constant, Name, Node, branches
from seawall.core.expression.types import Value
from seawall.core.expression.writing import constant, is_conversion, written
from seawall.core.text import LANGUAGES, Language, Text, verbatim
from seawall.policy.decider import Decider
from seawall.policy.declaration import Input
from seawall.policy.program import Check, Define, Lookup, LookupRow, Program, Step
from seawall.policy.window import Meaning

_WORDS: dict[str, Text] = {
    "=": Text(en="{0} is {1}", zh="{0}为{1}"),
    "<>": Text(en="{0} is not {1}", zh="{0}不为{1}"),
    "<": Text(en="{0} is less than {1}", zh="{0}小于{1}"),
    "<=": Text(en="{0} is at most {1}", zh="{0}不超过{1}"),
    ">": Text(en="{0} is more than {1}", zh="{0}大于{1}"),
    ">=": Text(en="{0} is at least {1}", zh="{0}不低于{1}"),
    "BETWEEN": Text(en="{0} is from {1} to {2}", zh="{0}在{1}至{2}之间"),
    "IS NULL": Text(en="{0} is missing", zh="{0}缺失"),
    "IS TRUE": Text(en="it is established that {0}", zh="已确认{0}"),
    "IS FALSE": Text(en="it is established that not: {0}", zh="已确认并非：{0}"),
    "NOT": Text(en="it is not so that {0}", zh="并非{0}"),
    "IN": Text(en="{0} is one of {1}", zh="{0}为下列之一：{1}"),
    "LIKE": Text(en="{0} reads like {1}", zh="{0}形如{1}"),
    "+": Text(en="{0} + {1}", zh="{0} + {1}"),
    "-": Text(en="{0} − {1}", zh="{0} − {1}"),
    "*": Text(en="{0} × {1}", zh="{0} × {1}"),
    "/": Text(en="{0} ÷ {1}", zh="{0} ÷ {1}"),
    "COALESCE": Text(en="the first known of ({0})", zh="（{0}）中首个已知值"),
    "LEAST": Text(en="the smallest of ({0})", zh="（{0}）中的最小值"),
    "GREATEST": Text(en="the largest of ({0})", zh="（{0}）中的最大值"),
    "FLOOR": Text(en="{0}, rounded down", zh="{0}（向下取整）"),
    "CEIL": Text(en="{0}, rounded up", zh="{0}（向上取整）"),
    "-a": Text(en="−{0}", zh="−{0}"),
    "POWER": Text(en="{0} to the power of {1}", zh="{0}的{1}次方"),
    "HOUR": Text(en="the hour of {0}", zh="{0}的小时"),
    "YEAR": Text(en="the year of {0}", zh="{0}的年份"),
    "MONTH": Text(en="the month of {0}", zh="{0}的月份"),
    "DAY": Text(en="the day of the month of {0}", zh="{0}的日"),
    "WHOLE_YEARS": Text(en="whole years from {0} to {1}", zh="{0}至{1}的整年数"),
    "WHOLE_MONTHS": Text(en="whole months from {0} to {1}", zh="{0}至{1}的整月数"),
}
"""How operators are said; all others are shown as they are written."""
_IN_TIME: dict[str, Text] = {
    "<": Text(en="{0} is before {1}", zh="{0}早于{1}"),
    "<=": Text(en="{0} is on or before {1}", zh="{0}不晚于{1}"),
    ">": Text(en="{0} is after {1}", zh="{0}晚于{1}"),
    ">=": Text(en="{0} is on or after {1}", zh="{0}不早于{1}"),
}
"""How days and times are compared."""
_TO_DIGITS = Text(en="{0}, rounded to {1} decimals", zh="{0}（四舍五入至{1}位小数）")
_TO_STEP = Text(en="{0}, rounded to a multiple of {1}", zh="{0}（四舍五入至{1}的整数倍）")
_WHEN = Text(en="{1} where {0}", zh="{0}时为{1}")
_ELSE = Text(en="{0}, otherwise {1}", zh="{0}，否则为{1}")
_DENIED: dict[str, Text] = {
    "IS NULL": Text(en="{0} is known", zh="{0}已知"),
    "IN": Text(en="{0} is none of {1}", zh="{0}不属于下列任何一项：{1}"),
    "BETWEEN": Text(en="{0} is not from {1} to {2}", zh="{0}不在{1}至{2}之间"),
    "LIKE": Text(en="{0} does not read like {1}", zh="{0}不形如{1}"),
}
_AS: dict[str, Text] = {
    "boolean": Text(en="{0} as yes or no", zh="{0}转为是/否"),
    "integer": Text(en="{0} as a whole number", zh="{0}转为整数"),
    "number": Text(en="{0} as a number", zh="{0}转为数值"),
    "text": Text(en="{0} as text", zh="{0}转为文本"),
    "date": Text(en="the day of {0}", zh="{0}的日期"),
    "timestamp": Text(en="{0} as a time", zh="{0}转为时间"),
}
"""How conversions are said, by what they give; those of texts may give nothing."""
_JOINED: dict[str, dict[Language, str]] = {
    "AND": {"en": " and ", "zh": "，且"},
    "OR": {"en": " or ", "zh": "，或"},
}
_LISTED = ("COALESCE", "LEAST", "GREATEST")
_LOOSE = ("AND", "OR", "+", "-", "NOT")
"""Operators whose operands are set in brackets where they stand inside another."""

KINDS = {
    "boolean": Text(en="yes or no", zh="是/否"),
    "integer": Text(en="whole number", zh="整数"),
    "number": Text(en="number", zh="数值"),
    "text": Text(en="text", zh="文本"),
    "date": Text(en="date", zh="日期"),
    "timestamp": Text(en="time", zh="时间"),
}

THEN = {
    "decline": Text(en="decline", zh="拒绝"),
    "refer": Text(en="refer to a person", zh="转人工"),
    "note": Text(en="note it", zh="记录"),
    "ignore": Text(en="pass over it", zh="忽略"),
    "approve": Text(en="approve", zh="通过"),
}


def phrase(node: Node, titles: Mapping[str, Text], language: Language) -> str:
    """An expression in words."""
    if not isinstance(node, Call):
        return titles[node.name].in_(language) if isinstance(node, Name) else literal(node)
    if is_conversion(node):
        return phrase(node.arguments[0], titles, language)
    operator, first = node.overload.operator, node.arguments[0]
    if operator == "NOT" and isinstance(first, Call) and first.overload.operator in _DENIED:
        return _said(first, _DENIED[first.overload.operator], titles, language)
    if operator in _JOINED:
        parts = [_operand(node, each, titles, language) for each in node.arguments]
        return _JOINED[operator][language].join(parts)
    if operator == "CASE" and not node.option:
        return _cases(node, titles, language)
    words = _words(node)
    return _said(node, words, titles, language) if words else written(node)


def _words(node: Call) -> Text | None:
    operator = node.overload.operator
    if operator == "TRY_CAST":
        return _AS[node.overload.gives]
    if operator == "ROUND" and isinstance(node.option, int):
        digits = node.option
        if digits > 0:
            return _TO_DIGITS.filled("{0}", digits)
        return _TO_STEP.filled("{0}", f"{10**-digits:,}")
    if node.arguments[0].kind in ("date", "timestamp") and operator in _IN_TIME:
        return _IN_TIME[operator]
    return _WORDS.get(operator)


def _cases(node: Call, titles: Mapping[str, Text], language: Language) -> str:
    """A searched CASE in words."""
    _, conditions, results = branches(node.arguments, simple=False)
    said = [phrase(each, titles, language) for each in results]
    whens = [
        _WHEN.in_(language).format(phrase(condition, titles, language), result)
        for condition, result in zip(conditions, said, strict=False)
    ]
    comma = "，" if language == "zh" else ", "
    return f"({_ELSE.in_(language).format(comma.join(whens), said[-1])})"


def _said(node: Call, words: Text, titles: Mapping[str, Text], language: Language) -> str:
    operator = node.overload.operator
    parts = [_operand(node, each, titles, language) for each in node.arguments]
    comma = "、" if language == "zh" else ", "
    if operator in _LISTED:
        return words.in_(language).format("; ".join(parts))
    if operator == "IN":
        return words.in_(language).format(parts[0], comma.join(parts[1:]))
    if operator == "LIKE":
        return words.in_(language).format(parts[0], written(node).rpartition("LIKE ")[2])
    return words.in_(language).format(*parts)


def _operand(outer: Call, node: Node, titles: Mapping[str, Text], language: Language) -> str:
    text = phrase(node, titles, language)
    inner = node.overload.operator if isinstance(node, Call) and not is_conversion(node) else ""
    same = inner == outer.overload.operator and inner in (*_JOINED, "+")
    loose = (
        inner in _LOOSE and not same and outer.overload.operator not in ("=", "<", ">", "<=", ">=")
    )
    divisor = inner in ("*", "/") and outer.overload.operator == "/" and node is outer.arguments[1]
    return f"({text})" if loose or divisor else text


def literal(node: Constant) -> str:
    """A constant as people write it: thousands apart, texts in quotes."""
    if isinstance(node.value, float) and node.value.is_integer() and abs(node.value) < 2**53:
        return f"{int(node.value):,}"
    if isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return f"{node.value:,}"
    if isinstance(node.value, date):
        return node.value.isoformat()
    return constant(node.value, node.kind)


@dataclass(frozen=True)
class Sentence:
    """One line of a policy told in words; `under` is the heading it stands under."""

    under: Text
    text: Text


_INPUTS = Text(en="What the policy asks", zh="所需信息")
_VALUES = Text(en="What it computes", zh="计算内容")
_RULES = Text(en="What it decides", zh="决策规则")
_OFFER = Text(en="What an approval carries", zh="通过时给出")


def sentences(program: Program) -> Iterator[Sentence]:
    """The whole policy in words, in both languages, in the order in which it works."""
    for name, asked in program.inputs.items():
        kind = KINDS[asked.type]
        need = (
            Text(en="required", zh="必填")
            if asked.required
            else Text(en="may be missing", zh="可缺失")
        )
        yield Sentence(_INPUTS, _both("{0} ({1}): {2}{4}, {3}.", "{0}（{1}）：{2}{4}，{3}。",
                                      asked.title, name, kind, need, limits(asked)))  # fmt: skip
    for name, meant in program.features.items():
        yield Sentence(_INPUTS, feature(program, name, meant))
    for step in program.steps:
        yield from (Sentence(_VALUES, text) for text in _step(program, step))
    for check in program.checks:
        if ":" not in check.id:
            yield Sentence(_RULES, _rule(program, check))
    for name in program.offer:
        yield Sentence(_OFFER, _both("{0}; without it, a person decides.", "{0}；缺失时转人工。",
                                     program.titles[name]))  # fmt: skip


def limits(asked: Input) -> Text:
    """What counts as a value; anything else counts as missing."""
    en, zh = "", ""
    if asked.least is not None:
        en, zh = f"{en}, {asked.least:,.15g} or more", f"{zh}，不低于{asked.least:,.15g}"
    if asked.most is not None:
        en, zh = f"{en}, at most {asked.most:,.15g}", f"{zh}，不超过{asked.most:,.15g}"
    if asked.among is not None:
        en, zh = f"{en}, one of {', '.join(asked.among)}", f"{zh}，限于{'、'.join(asked.among)}"
    return Text(en=en, zh=zh)


def _both(en: str, zh: str, *parts: object) -> Text:
    """A sentence in both languages; parts that are texts are said in each."""
    return Text(en=en, zh=zh).filled(*parts)


def feature(program: Program, name: str, meant: Meaning) -> Text:
    """A window in words; a stream's column is told as the input of its name, where there is one."""
    window = meant.window
    columns = {
        column: program.titles.get(column, verbatim(column)) for column in meant.stream.columns
    }
    keys = [program.titles[key] for key in window.by]
    parts = {
        language: {
            "value": phrase(meant.value.node, columns, language) if meant.value else "",
            "where": phrase(meant.where.node, columns, language) if meant.where else "",
        }
        for language in LANGUAGES
    }
    count, unit = window.over.split()
    return Text(
        en=f"{window.title.en} ({name}): {_OF[window.of].en.format(**parts['en'])} "
        f"{meant.stream.title.en} of the same {', '.join(key.en for key in keys)} "
        f"in the {window.over} before{', where ' * bool(meant.where)}{parts['en']['where']}.",
        zh=f"{window.title.zh}（{name}）：此前{count}{_UNITS[unit.removesuffix('s')]}内，"
        f"{'、'.join(key.zh for key in keys)}相同的{meant.stream.title.zh}"
        f"{'（仅限' * bool(meant.where)}{parts['zh']['where']}{'）' * bool(meant.where)}"
        f"的{_OF[window.of].zh.format(**parts['zh'])}。",
    )


_OF: dict[str, Text] = {
    "count": Text(en="how many of", zh="次数"),
    "sum": Text(en="the sum of {value} over", zh="{value}合计"),
    "mean": Text(en="the mean of {value} over", zh="{value}均值"),
    "min": Text(en="the least {value} of", zh="{value}最小值"),
    "max": Text(en="the greatest {value} of", zh="{value}最大值"),
    "distinct": Text(en="how many different values of {value} among", zh="不同{value}的个数"),
    "since_last": Text(en="seconds since the last of", zh="距最近一次的秒数"),
}
_UNITS = {"second": "秒", "minute": "分钟", "hour": "小时", "day": "天", "week": "周"}


def in_words(program: Program, node: Node) -> Text:
    """An expression of a policy in words, in both languages."""
    return Text(en=phrase(node, program.titles, "en"), zh=phrase(node, program.titles, "zh"))


def _step(program: Program, step: Step) -> Iterator[Text]:
    if isinstance(step, Define):
        title, told = (
            program.titles[step.name],
            step.told or in_words(program, step.expression.node),
        )
        if told != title:  # a characteristic often is an input, and is called what that is called
            yield _both("{0} is {1}.", "{0} = {1}。", title, told)
        return
    yield from _rows(program, step)


def _rows(program: Program, step: Lookup) -> Iterator[Text]:
    titles = [program.titles[output.name] for output in step.outputs]
    yield _HITS[step.hit].filled(_listed(titles))
    for row in step.rows:
        gives = [
            _both("{0} {1}", "{0} {1}", title, in_words(program, value.node))
            for title, value in zip(titles, row.gives, strict=True)
        ]
        if row.condition is None:
            yield _both("Otherwise: {0}.", "其余情况：{0}。", _listed(gives))
        else:
            yield _both("Where {0}: {1}.", "若{0}：{1}。", _cells(program, row), _listed(gives))
    for output, title in zip(step.outputs, titles, strict=True):
        if output.otherwise:
            told = in_words(program, output.otherwise.node)
            yield _both("Where no row matches: {0} {1}.", "均不符合时：{0} {1}。", title, told)


def _listed(parts: Sequence[Text]) -> Text:
    return Text(en=", ".join(part.en for part in parts), zh="、".join(part.zh for part in parts))


_HITS: dict[str, Text] = {
    "first": Text(en="The first that fits gives {0}:", zh="{0}，按顺序取首个符合者："),
    "unique": Text(en="The only one that fits gives {0}:", zh="{0}，取唯一符合者："),
    "collect": Text(en="All that fit together give {0}:", zh="{0}，合并所有符合者："),
}


def _cells(program: Program, row: LookupRow) -> Text:
    each = [in_words(program, cell.node) for _, cell in row.cells]
    return Text(en=" and ".join(c.en for c in each), zh="，且".join(c.zh for c in each))


def condition(program: Program, check: Check) -> Text:
    """What a rule asks, in words; also of one whose law is not verified, which is not asked."""
    return in_words(program, (check.meant or check.expression).node)


def _rule(program: Program, check: Check) -> Text:
    if check.meant is not None:
        return _both(
            "{0}: not in force, since nobody has verified its law; it means: where {1}, {2}. Until then "
            "it is not known for anybody: {3}. [{4}; not verified]",
            "{0}：法律依据尚未核实，暂不执行；其本意为：若{1}，则{2}。核实之前一律视为无法判断：{3}。[{4}；尚未核实]",
            check.id, condition(program, check), THEN[check.then], THEN[check.unknown], check.source,
        )  # fmt: skip
    when = condition(program, check)
    source = verbatim(check.source)
    if check.verified_on is not None:
        source = _both("{0}; verified on {1}", "{0}；核实于{1}", source, check.verified_on)
    return _both(
        "{0}: where {1}, {2}; where that is not known, {3}. Customers are told: {4} [{5}]",
        "{0}：若{1}，则{2}；无法判断时{3}。告知客户：{4} [{5}]",
        check.id, when, THEN[check.then], THEN[check.unknown], check.reason, source,
    )  # fmt: skip


@dataclass(frozen=True)
class Answered:
    """A check for one application: its truth, and the value of every part of its condition."""

    check: Check
    truth: bool | None
    part: Part


def answered(decider: Decider, application: Mapping[str, object]) -> Iterator[Answered]:
    """Every check of the policy for one application, taken apart.

    Of a rule whose law is not verified, the parts are told, but not what they come to.
    """
    values = decider.values(application)
    decision = decider.decide(application)
    for check, truth in zip(decider.program.checks, decision.truths, strict=True):
        said = check.meant or check.expression
        given: list[Value] = [values[name] for name in said.names]
        part = explainer(said)(*given)
        yield Answered(check, truth, replace(part, value=None) if check.meant else part)
