"""One settings object: environment variables ``TOUSU_*`` over one TOML file over defaults."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from platformdirs import user_data_path
from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from indexing.errors import InputError

CONFIG_NAME = "tousu.toml"


class _Home(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="TOUSU_", extra="ignore")
    home: Path = Field(default_factory=lambda: user_data_path("tousu", appauthor=False))


class Settings(BaseSettings):
    """Where things are and how much of the machine to use; see ``tousu settings``."""

    model_config = SettingsConfigDict(env_prefix="TOUSU_", extra="forbid", frozen=True)

    home: Path = Field(
        default_factory=lambda: _Home().home.expanduser().absolute(), description="数据所在的文件夹"
    )
    store: str = Field(
        default="", description="记录库地址(SQLAlchemy URL),空为 home 下的 SQLite 文件"
    )
    index: str = Field(default="", description="索引文件夹，空为 home 下的 index")
    model: str = Field(default="", description="向量模型的名称或文件夹，空为自带模型")
    backend: str = Field(default="auto", description="推理后端：auto、fast 或 torch")
    threads: int = Field(default=0, ge=0, description="推理线程数，0 为自动")
    max_query_chars: int = Field(default=5000, ge=1, description="一次查询的最大字数")
    max_file_mb: int = Field(default=50, ge=1, description="导入文件的最大体积(MB)")
    parser_memory_mb: int = Field(default=1024, ge=64, description="解析一个文件的内存上限(MB)")
    parser_seconds: float = Field(default=30, gt=0, description="解析一个文件的时间上限（秒）")
    actor: str = Field(default="tousu", description="写入审计记录的操作人")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic passes it by name
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the TOML file of the home folder below the environment."""
        toml = TomlConfigSettingsSource(settings_cls, _Home().home.expanduser() / CONFIG_NAME)
        return init_settings, env_settings, toml

    @property
    def store_address(self) -> str:
        """The SQLAlchemy URL of the record store."""
        return self.store or f"sqlite:///{self.home / 'tousu.db'}"

    @property
    def database(self) -> Path:
        """The SQLite file of the record store.

        Raises:
            InputError: The store is in another kind of database.
        """
        prefix = "sqlite:///"
        if not self.store_address.startswith(prefix):
            raise InputError("记录库不在 SQLite 文件中，请用数据库自己的工具备份和恢复。")
        return Path(self.store_address.removeprefix(prefix))

    @property
    def kept_files(self) -> tuple[Path, ...]:
        """The small files of the home folder that a backup takes along."""
        return tuple(self.home / name for name in (CONFIG_NAME, "secret.key", "mappings.json"))

    @property
    def is_built(self) -> bool:
        """Tell whether the home folder already holds a model and records."""
        return (bool(self.model) or self.default_model_folder.exists()) and (
            bool(self.store) or (self.home / "tousu.db").exists()
        )

    @property
    def index_folder(self) -> Path:
        """The folder of index snapshots."""
        return Path(self.index).expanduser() if self.index else self.home / "index"

    @property
    def default_model_folder(self) -> Path:
        """Where the model that comes with packages is built."""
        return self.home / "models" / "e5-small-zh"


def load_settings(**overrides: Any) -> Settings:
    """Read the settings.

    Raises:
        InputError: A value cannot be used.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(step) for step in first["loc"])
        raise InputError(f"设置 {name} 的值“{first.get('input')}”不合要求。") from error
    except ValueError as error:
        raise InputError(f"设置文件 {CONFIG_NAME} 读不出来：{error}") from error


def explain(settings: Settings) -> list[tuple[str, str, str, str]]:
    """Return name, value, origin and meaning of every setting."""
    path = _Home().home.expanduser() / CONFIG_NAME
    in_file = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    rows = []
    for name, field in Settings.model_fields.items():
        variable = f"TOUSU_{name.upper()}"
        if variable in os.environ:
            origin = f"环境变量 {variable}"
        elif name in in_file:
            origin = f"文件 {path}"
        else:
            origin = "默认值"
        rows.append((name, str(getattr(settings, name)), origin, field.description or ""))
    return rows
