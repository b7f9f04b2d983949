"""What can be wrong with a value to be sealed. No sentence ever holds the value itself."""

from seawall.core.problem import Kind
from seawall.core.text import Text

FIELD_UNKNOWN = Kind(
    "vault-field-unknown",
    Text(en="{field} is no sealed field of a {of}.", zh="{of} 没有名为 {field} 的加密字段。"),
    Text(en="Name one of: {known}.", zh="可用名称：{known}。"),
)
NOT_FOUND_BY = Kind(
    "vault-not-found-by",
    Text(en="Nobody can be found by this field, or its value is not given.",
         zh="不能按此字段查找，或未给出其值。"),
    Text(en="Fields to find by: {known}.", zh="可用于查找的字段：{known}。"),
)  # fmt: skip
INPUT_UNREADABLE = Kind(
    "vault-input-unreadable",
    Text(en="This is not a JSON object of texts.", zh="不是以文本为值的 JSON 对象。"),
    Text(en='Give one object a line, such as {{"phone": "…"}}.',
         zh='每行给出一个对象，例如 {{"phone": "…"}}。'),
)  # fmt: skip
VALUE_NOT_TEXT = Kind(
    "vault-value-not-text",
    Text(en="{field} is not a text of 1 to {limit} characters.", zh="{field} 不是 1 至 {limit} 个字符的文本。"),
    Text(en="Give it as a text, in quotes; leave it out where there is none.",
         zh="请以文本给出；没有时请省略该字段。"),
)  # fmt: skip
NAME_UNREADABLE = Kind(
    "vault-name-unreadable",
    Text(
        en="The name has no letter, or has control characters.",
        zh="姓名中没有文字，或含有控制字符。",
    ),
    Text(en="Give the name as on the identity document.", zh="请按身份证件填写姓名。"),
)
ID_FORM = Kind(
    "vault-id-form",
    Text(en="The identity number does not have the form that {country} gives it: {form}.",
         zh="证件号码不符合 {country} 的格式：{form}。"),
    Text(en="Compare it with the document, and the country with its issuer.",
         zh="请与证件核对，并确认签发国家。"),
)  # fmt: skip
ID_CHECKSUM = Kind(
    "vault-id-checksum",
    Text(en="The check digit of the identity number does not fit (GB 11643).",
         zh="公民身份号码校验码不符（GB 11643）。"),
    Text(en="A digit is mistyped or two are exchanged: compare it with the document.",
         zh="可能有一位输错或两位颠倒，请与证件核对。"),
)  # fmt: skip
ID_DATE = Kind(
    "vault-id-date",
    Text(en="The identity number holds no date of birth that was ever a day.",
         zh="证件号码中的出生日期不存在。"),
    Text(en="Compare it with the document.", zh="请与证件核对。"),
)  # fmt: skip
PHONE_UNREADABLE = Kind(
    "vault-phone-unreadable",
    Text(en="This is no telephone number that is in use in {country} or, with +, elsewhere.",
         zh="不是 {country}（或带 + 的其他国家）使用中的电话号码。"),
    Text(en="Give it with + and the country's code, and without an extension.",
         zh="请以 + 和国家代码给出，不含分机号。"),
)  # fmt: skip
CARD_FORM = Kind(
    "vault-card-form",
    Text(en="A card number has 12 to 19 digits.", zh="银行卡号为 12 至 19 位数字。"),
    Text(en="Give the number on the front of the card, without its expiry and code.",
         zh="请填写卡面号码，勿含有效期和安全码。"),
)  # fmt: skip
CARD_CHECKSUM = Kind(
    "vault-card-checksum",
    Text(en="The check digit of the card number does not fit (ISO/IEC 7812-1).",
         zh="银行卡号校验位不符（ISO/IEC 7812-1）。"),
    Text(en="A digit is mistyped or two are exchanged: compare it with the card.",
         zh="可能有一位输错或两位颠倒，请与卡片核对。"),
)  # fmt: skip
EMAIL_UNREADABLE = Kind(
    "vault-email-unreadable",
    Text(en="This is no e-mail address.", zh="不是有效的电子邮件地址。"),
    Text(
        en="Give it as name@domain, without a display name.", zh="请以 名称@域名 给出，不含显示名。"
    ),
)
DEVICE_UNREADABLE = Kind(
    "vault-device-unreadable",
    Text(
        en="A device id is 4 to 128 visible ASCII characters.",
        zh="设备标识为 4 至 128 个可见 ASCII 字符。",
    ),
    Text(en="Give it as the device's SDK gives it.", zh="请按设备 SDK 返回的值给出。"),
)

KINDS = (
    FIELD_UNKNOWN,
    NOT_FOUND_BY,
    INPUT_UNREADABLE,
    VALUE_NOT_TEXT,
    NAME_UNREADABLE,
    ID_FORM,
    ID_CHECKSUM,
    ID_DATE,
    PHONE_UNREADABLE,
    CARD_FORM,
    CARD_CHECKSUM,
    EMAIL_UNREADABLE,
    DEVICE_UNREADABLE,
)
