#!/bin/sh
# Tests the package with the lowest version of every dependency that pyproject.toml allows.
set -eu
cd "$(dirname "$0")/.."
venv=build/lowest
# What touches the dependencies: documents, models, bus, broker, plots, terminal, tables, commands.
tests="tests/document tests/spec/test_botspec.py tests/spec/test_cli_bot.py tests/wire tests/drivers
  tests/store tests/telemetry/test_broker_check.py tests/telemetry/test_publisher.py
  tests/telemetry/test_snapshot.py tests/app_report/test_report.py tests/console/test_view.py
  tests/console/test_editor.py tests/console/test_say.py tests/campaign/test_file.py
  tests/cli/test_main.py tests/cli/test_surroundings.py tests/cli/test_run_device.py"
runner='pytest|pytest-asyncio|pytest-timeout|pytest-xdist|hypothesis|pyte'

[ -x $venv/bin/python ] || .venv/bin/uv venv --quiet --python .venv/bin/python $venv
.venv/bin/uv pip compile --quiet --no-header --resolution lowest-direct pyproject.toml -o build/lowest.txt
.venv/bin/uv pip install --quiet --python $venv/bin/python -r build/lowest.txt \
  $(grep -E "^($runner)==" requirements/dev.txt | cut -d ' ' -f 1)

# The package as it was built for .venv: its extension needs no certain version of anything.
here=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
there=$($venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
rm -rf "$there"/qiki_hil*
cp -r "$here"/qiki_hil* "$there"
sed "1s|.*|#!$PWD/$venv/bin/python|" .venv/bin/qiki-hil > $venv/bin/qiki-hil
chmod +x $venv/bin/qiki-hil

# Old versions warn about their own newer dependencies.
# shellcheck disable=SC2086
exec $venv/bin/python -m pytest -q -n logical --dist loadfile -m "not serial" -W ignore::DeprecationWarning \
  $tests "$@"
