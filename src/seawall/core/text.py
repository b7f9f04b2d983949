"""Words that people read, in every language the house speaks."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


class Text(BaseModel):
    """One meaning in English and Chinese.

    >>> Text(en="balance", zh="余额").in_("zh")
    '余额'
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    en: str
    zh: str

    def in_(self, language: Language) -> str:
        """The words in one language."""
        return self.zh if language == "zh" else self.en

    def filled(self, **facts: object) -> "Text":
        """The same sentence with its `{placeholders}` filled, in both languages.

        A fact that is a text itself is said in each.

        >>> Text(en="{n} rows", zh="{n} 行").filled(n=3).en
        '3 rows'
        >>> Text(en="by {what}", zh="按{what}").filled(what=Text(en="region", zh="地区")).zh
        '按地区'
        """
        en = {name: fact.en if isinstance(fact, Text) else fact for name, fact in facts.items()}
        zh = {name: fact.zh if isinstance(fact, Text) else fact for name, fact in facts.items()}
        return Text(en=self.en.format(**en), zh=self.zh.format(**zh))
