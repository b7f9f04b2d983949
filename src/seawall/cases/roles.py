"""What people may act as: the file `roles/roles.yaml`."""

from pydantic import BaseModel
from pydantic import Field as Limits

from seawall.cases.kind import CONFIG, MACHINE, Name
from seawall.core.text import Text


class Roles(BaseModel):
    """The roles of an institution; `machine` is nobody's, and always there."""

    model_config = CONFIG

    roles: dict[Name, Text] = Limits(min_length=1)

    @property
    def titles(self) -> dict[str, Text]:
        """What people call each of them."""
        return {**self.roles, MACHINE: Text(en="Machine", zh="系统")}

    @property
    def names(self) -> frozenset[str]:
        """All of them."""
        return frozenset({*self.roles, MACHINE})
