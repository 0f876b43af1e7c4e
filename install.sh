#!/usr/bin/env bash
# install.sh PYTHON FOLDER LOCK: a virtual environment with exactly what LOCK names, and this checkout in it.
set -u
python=$1 folder=$2 lock=$3
say() { echo "kb: $1" >&2; }

if [ ! -w . ]; then
  say "このフォルダに書き込めません。書き込めるところに置いてください。 / This folder can't be written to. Put it where you may write."
  exit 1
fi
if [ ! -x "$folder/bin/python" ]; then
  "$python" -m venv "$folder" 2>/dev/null || {
    say "仮想環境を作れません。python3-venv を入れてください。 / No virtual environment could be made. Please install python3-venv."
    rm -rf "$folder"
    exit 1
  }
fi
log=$folder/install.log
echo "kb: 必要なものを入れています（初回は数分かかります）… / installing what is needed (some minutes the first time)…"
"$folder/bin/python" -m pip install --disable-pip-version-check -q --require-hashes -r "$lock" >"$log" 2>&1 &&
  "$folder/bin/python" -m pip install --disable-pip-version-check -q --no-deps --no-build-isolation -e . >>"$log" 2>&1 || {
  if grep -qiE "connection|resolve|network|timed out|no matching distribution|max retries" "$log"; then
    say "パッケージを取りに行けませんでした。ネットワークを確かめて、もう一度お試しください（$log）。 / The packages could not be fetched. Check the network and try again."
  else
    say "インストールできませんでした。$log に理由があります。 / The installation failed; the reason is in $log."
  fi
  exit 1
}
