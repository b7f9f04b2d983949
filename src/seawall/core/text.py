"""Words that people read, in every language the house speaks."""

from collections.abc import Callable, Iterable
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

    def filled(self, *parts: object, **facts: object) -> "Text":
        """The same sentence with its `{placeholders}` filled, in both languages.

        A fact that is a text itself is said in each.

        >>> Text(en="{n} rows", zh="{n} 行").filled(n=3).en
        '3 rows'
        >>> Text(en="by {what}", zh="按{what}").filled(what=Text(en="region", zh="地区")).zh
        '按地区'
        """

        def said(language: Language) -> str:
            listed = [_said(part, language) for part in parts]
            named = {name: _said(fact, language) for name, fact in facts.items()}
            return self.in_(language).format(*listed, **named)

        return Text(en=said("en"), zh=said("zh"))


def verbatim(words: str) -> Text:
    """Words that stand as they are in each language: a name, or what a machine says of itself."""
    return Text(en=words, zh=words)


def in_each(say: Callable[[Language], str]) -> Text:
    """What a function says when it is asked in each language."""
    return Text(en=say("en"), zh=say("zh"))


def together(texts: Iterable[Text], between: str = " ") -> Text:
    """Texts one after the other, in each language."""
    listed = tuple(texts)
    return in_each(lambda language: between.join(each.in_(language) for each in listed))


def _said(fact: object, language: Language) -> object:
    return fact.in_(language) if isinstance(fact, Text) else fact
