"""Every figure that a task leaves has its name in both languages."""

import ast
import inspect
import re

from seawall.acts.delivering import Delivered
from seawall.office.work import policy_work, results, tasks


def keys() -> set[str]:
    """The names of figures, read from the tasks' own text."""
    found = set(Delivered.__dataclass_fields__)
    for module in (tasks, policy_work):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Dict):
                found |= {str(key.value) for key in node.keys if isinstance(key, ast.Constant)}
    return found | set(
        re.findall(r'"(raised|updated|cleared|corrected)"', inspect.getsource(tasks))
    )


def test_every_figure_has_a_name() -> None:
    found = keys()
    assert {"clocks", "sent", "raised", "entries", "problems"} <= found
    assert found - results.NAMES.keys() <= {"quick", "long"}


def test_a_result_is_said_in_both_languages() -> None:
    told = results.told({"raised": 1200, "book": "empty", "marks": [1, 2]})
    assert told.en == "alerts raised: 1,200; book: empty; findings: 2"
    assert told.zh == "触发预警：1,200；账册：为空；发现：2"
    assert results.told({"book": "ab" * 32}).en == "book: abababababab"
    assert results.told({}).en == ""
    assert results.told({"problems": 0}).zh == "无待办"
    assert results.told({"problems": 0, "events": 3}).en == "events: 3"
