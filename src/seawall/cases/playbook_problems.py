"""The kinds of problem a playbook, its cases, or a drill can have."""

from seawall.core.problem import Kind
from seawall.core.text import Text

STEP_TWICE = Kind(
    "playbook-step-twice",
    Text(en="{name!r} stands twice.", zh="{name!r} 出现了两次。"),
    Text(en="Give one of them another id.", zh="请为其中之一更换标识。"),
)
STEP_UNKNOWN = Kind(
    "playbook-step-unknown",
    Text(en="There is no step {name!r}.", zh="没有步骤 {name!r}。"),
    Text(en="The steps are: {known}.", zh="现有步骤：{known}。"),
)
STEP_UNREACHED = Kind(
    "playbook-step-unreached",
    Text(en="No step leads to {name!r}.", zh="没有步骤通往 {name!r}。"),
    Text(en="Lead a step to it, or take it out.", zh="请让某步骤通往它，或将其删去。"),
)
STEP_CIRCLE = Kind(
    "playbook-circle",
    Text(en="{name!r} leads back to itself: {path}.", zh="{name!r} 绕回自身：{path}。"),
    Text(
        en="Steps lead forward only; what is tried again is a step done again.",
        zh="步骤只能向前；需要重做的，再次执行该步骤即可。",
    ),
)
STEP_TWO_WAYS = Kind(
    "playbook-two-ways",
    Text(en="{name!r} has both `next` and `decide`.", zh="{name!r} 同时有 `next` 与 `decide`。"),
    Text(en="Keep one; a decision's branches say what follows.", zh="请保留其一；分支已说明去向。"),
)
DECISION_NOT_TOTAL = Kind(
    "playbook-decision-not-total",
    Text(
        en="The decision {name!r} has no default as its last branch.",
        zh="决策 {name!r} 的最后一个分支不是缺省分支。",
    ),
    Text(
        en="End it with a branch without `when`: what is done where nothing else holds or is known.",
        zh="请以没有 `when` 的分支结尾：其他条件均不成立或未知时如何处理。",
    ),
)
DECISION_BEHIND_DEFAULT = Kind(
    "playbook-behind-default",
    Text(
        en="This branch stands behind the default of {name!r}.",
        zh="该分支位于 {name!r} 的缺省分支之后。",
    ),
    Text(en="Move the branch without `when` to the end.", zh="请将没有 `when` 的分支移到最后。"),
)
CONDITION_NO_TRUTH = Kind(
    "playbook-condition-no-truth",
    Text(en="The condition gives {type}, no truth.", zh="条件的结果是 {type}，不是真假值。"),
    Text(en="Write a comparison.", zh="请写成比较式。"),
)
ROLE_UNKNOWN = Kind(
    "playbook-role-unknown",
    Text(en="There is no role {name!r}.", zh="没有角色 {name!r}。"),
    Text(en="The roles are: {known}.", zh="现有角色：{known}。"),
)
PARTY_UNKNOWN = Kind(
    "playbook-party-unknown",
    Text(en="{name!r} is neither a role nor a party.", zh="{name!r} 既非角色，也非外部相关方。"),
    Text(
        en="Name it among `parties`, or one of: {known}.", zh="请列入 `parties`，或改为：{known}。"
    ),
)
DEADLINE_BACKWARDS = Kind(
    "playbook-deadline-backwards",
    Text(
        en="{name!r} must be done earlier than {before!r}, which leads to it.",
        zh="{name!r} 的时限早于通往它的 {before!r}。",
    ),
    Text(
        en="Limits count from the start of the run: give it at least {least}.",
        zh="时限自处置开始起算：请至少给到 {least}。",
    ),
)
WORDS_MISSING = Kind(
    "playbook-words-missing",
    Text(en="The {language} text is empty.", zh="缺少{language_zh}文本。"),
    Text(en="Write it in both languages.", zh="请写全两种语言。"),
)
FACT_UNKNOWN = Kind(
    "playbook-fact-unknown",
    Text(en="The playbook asks for no fact {name!r}.", zh="预案没有事实项 {name!r}。"),
    Text(en="It asks for: {known}.", zh="预案的事实项：{known}。"),
)
FACT_MISFIT = Kind(
    "playbook-fact-misfit",
    Text(en="{value!r} is no {type}.", zh="{value!r} 不是 {type}。"),
    Text(en="Give {name!r} as its type says.", zh="请按类型填写 {name!r}。"),
)
DRILL_OTHER_PLAYBOOK = Kind(
    "drill-other-playbook",
    Text(
        en="The drill is of {wanted!r}, not of {given!r}.",
        zh="该演练针对 {wanted!r}，而非 {given!r}。",
    ),
    Text(en="Give it the playbook it names.", zh="请提供其指定的预案。"),
)
DRILL_INJECTS_OUT_OF_ORDER = Kind(
    "drill-injects-out-of-order",
    Text(en="This inject comes earlier than the one above.", zh="该情境注入早于上一条。"),
    Text(en="List injects by their minute.", zh="请按分钟先后排列。"),
)
DRILL_EXPECTS_NOTHING = Kind(
    "drill-expects-nothing",
    Text(
        en="{phase!r} is expected, but no step of this phase is on the way.",
        zh="期望 {phase!r}，但所经步骤中没有该阶段。",
    ),
    Text(
        en="Take the expectation out, or give injects that lead there.",
        zh="请删去该期望，或给出通往该阶段的情境。",
    ),
)
EVENT_MISFIT = Kind(
    "playbook-event-misfit",
    Text(en="This is no event of the playbook: {why}.", zh="该事件与预案不符：{why}。"),
    Text(en="Correct the record of the exercise.", zh="请更正演练记录。"),
)

KINDS = (
    STEP_TWICE, STEP_UNKNOWN, STEP_UNREACHED, STEP_CIRCLE, STEP_TWO_WAYS, DECISION_NOT_TOTAL,
    DECISION_BEHIND_DEFAULT, CONDITION_NO_TRUTH, ROLE_UNKNOWN, PARTY_UNKNOWN, DEADLINE_BACKWARDS,
    WORDS_MISSING, FACT_UNKNOWN, FACT_MISFIT, DRILL_OTHER_PLAYBOOK, DRILL_INJECTS_OUT_OF_ORDER,
    DRILL_EXPECTS_NOTHING, EVENT_MISFIT,
)  # fmt: skip
