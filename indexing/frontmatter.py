"""YAML headers and files, checked against a pydantic model; errors name file and line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from indexing.errors import FormatError

M = TypeVar("M", bound=BaseModel)
_OPENING = re.compile(r"\ufeff?---[ \t]*\r?\n")
_CLOSING = re.compile(r"^---[ \t]*(?:\r?\n|\Z)", re.MULTILINE)


@dataclass(frozen=True)
class YamlText:
    """YAML as parsed, with the place of every key for error messages."""

    name: str
    values: Any
    node: yaml.Node | None
    first_line: int  # line of the file that holds the YAML's first line, from 1
    end: int  # offset in the file behind the YAML (and its closing marker)

    def line_of(self, path: tuple[str | int, ...]) -> int:
        """Return the line of the deepest key of ``path`` that is there."""
        node, line = self.node, self.first_line
        for step in path:
            node = _child(node, step)
            if node is None:
                break
            line = self.first_line + node.start_mark.line
        return line


def has_front_matter(text: str) -> bool:
    """Tell whether ``text`` opens with a front matter marker."""
    return _OPENING.match(text) is not None


def read_front_matter(text: str, name: str) -> YamlText:
    """Parse the header of a Markdown file.

    Raises:
        FormatError: There is no header, it does not end, or it is not a YAML mapping.
    """
    opening = _OPENING.match(text)
    if opening is None:
        raise FormatError(f"{name} 第1行：缺少 front matter，文件应以 --- 开头。")
    closing = _CLOSING.search(text, opening.end())
    if closing is None:
        raise FormatError(f"{name} 第1行：front matter 没有以 --- 结束。")
    return _parse(text[opening.end() : closing.start()], name, 2, closing.end())


def read_yaml(text: str, name: str) -> YamlText:
    """Parse a whole YAML file that must hold a mapping."""
    return _parse(text.removeprefix("\ufeff"), name, 1, len(text))


def _parse(text: str, name: str, first_line: int, end: int) -> YamlText:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = first_line + (mark.line if mark is not None else 0)
        raise FormatError(f"{name} 第{line}行：YAML 格式有误，无法读取。") from error
    if not isinstance(values, dict) or not isinstance(node, yaml.MappingNode):
        raise FormatError(f"{name} 第{first_line}行：应为“键： 值”的列表。")
    keys = [key.value for key, _ in node.value]
    for number, key in enumerate(keys):
        if key in keys[:number]:
            line = first_line + node.value[number][0].start_mark.line
            raise FormatError(f"{name} 第{line}行：字段 {key} 重复。")
    return YamlText(name, values, node, first_line, end)


def validated(model: type[M], yaml_text: YamlText) -> M:
    """Return ``yaml_text`` as ``model``.

    Raises:
        FormatError: The first problem found, with file and line.
    """
    try:
        return model.model_validate(yaml_text.values)
    except ValidationError as error:
        first = error.errors()[0]
        path = tuple(first["loc"])
        line = yaml_text.line_of(path)
        where = ".".join(str(step) for step in path)
        raise FormatError(f"{yaml_text.name} 第{line}行：{_sentence(first, where)}") from error


def _sentence(problem: Any, where: str) -> str:
    match problem["type"]:
        case "missing":
            return f"缺少字段 {where}。"
        case "extra_forbidden":
            return f"不认识的字段 {where}。"
        case "value_error":
            return str(problem["ctx"]["error"])
        case "literal_error" | "enum":
            expected = problem["ctx"]["expected"].replace(" or ", "、").replace(", ", "、")
            return f"字段 {where} 只能是 {expected}，现在是“{problem['input']}”。"
        case _:
            return f"字段 {where} 的值“{problem['input']}”不合要求。"


def _child(node: Any, step: str | int) -> Any:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                # The key's own line, not the line where a nested value begins.
                value.start_mark.line = min(value.start_mark.line, key.start_mark.line)
                return value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step]
    return None
