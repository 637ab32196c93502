# Two commands are enough: make app, make test. Everything else is here for those who build on it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# An extra package index for the CPU build of torch, for instance
#   make app TORCH_INDEX=(the CPU index that pytorch.org names)
TORCH_INDEX ?=
PIP_FLAGS := -q --disable-pip-version-check -c constraints.txt $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))

.DEFAULT_GOAL := help
.PHONY: help setup app build test test-slow lint bench eval adapt judge calibrate clean

help:  ## 列出命令
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("需要 Python 3.11 或更新版本。" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install $(PIP_FLAGS) -e '.[dev,ocr]'
	touch $@

setup: $(VENV)/.installed  ## 建立 .venv 并安装依赖

build: setup  ## 构建模型、自带内容和索引（已有的不重做）
	$(BIN)/tousu build

app: setup  ## 准备好一切并打开应用
	$(BIN)/tousu app

test: setup  ## 运行测试
	$(BIN)/python -m pytest

test-slow: setup  ## 运行耗时的测试
	$(BIN)/python -m pytest -m slow

lint: setup  ## 检查代码风格和类型
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: build  ## 运行性能基准，结果写入 benchmarks/results/（SETS=评测集文件夹 时也测检索质量）
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.encoder --model "$$($(BIN)/python -c 'from desk.settings import load_settings; print(load_settings().default_model_folder)')" $(if $(SETS),--sets $(SETS))

eval: build  ## 在标注集上与同类检索并排比较（SETS=评测集文件夹；装了 peers 附加包时也比 txtai 和 LangChain）
	HF_HUB_OFFLINE=1 $(BIN)/python -m benchmarks.eval $(SETS)

adapt: build  ## 用客户说法重新训练查询适配矩阵（之后要 make calibrate）
	$(BIN)/python -m benchmarks.adapt

judge: build  ## 重新训练通读回复的判读模型（两核约三小时）
	$(BIN)/python -m benchmarks.judge

calibrate: setup  ## 用标注查询重新拟合匹配度
	$(BIN)/python -m benchmarks.calibrate --write
	$(BIN)/python -m benchmarks.second_look --write

clean:  ## 删除 .venv（不动数据）
	rm -rf $(VENV)
