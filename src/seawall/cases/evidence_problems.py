"""Why a file may not be attached to a case."""

from seawall.core.problem import Kind
from seawall.core.text import Text

FILE_EMPTY = Kind(
    "evidence-empty",
    Text(en="The file has nothing in it.", zh="文件为空。"),
    Text(en="Choose another one.", zh="请另选文件。"),
)
FILE_LARGE = Kind(
    "evidence-large",
    Text(en="The file has {bytes:,} bytes; {most} MiB is the most.", zh="文件大小为 {bytes:,} 字节，上限为 {most} MiB。"),
    Text(en="Split it, or attach what matters of it.", zh="请拆分文件，或仅上传关键部分。"),
)  # fmt: skip
FILE_TYPE = Kind(
    "evidence-type",
    Text(en="What is in the file is of no type that is attached, or not what its name says.",
         zh="文件内容不属于可上传的类型，或与文件名不符。"),
    Text(en="Attach one of: {known}; texts in UTF-8, workbooks without macros.",
         zh="可上传：{known}；文本须为 UTF-8，工作簿不得含宏。"),
)  # fmt: skip

KINDS = (FILE_EMPTY, FILE_LARGE, FILE_TYPE)
