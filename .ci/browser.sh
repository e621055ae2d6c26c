#!/usr/bin/env bash
# Opens what people look at in a real browser: the HTML of a plan and the page of
# a running emulator, on a desktop and on a phone, light and dark. Checks what
# they show and that the console stays clean; screenshots are kept in a folder
# that is named at the end, or in $1.
#
# Needs Debian's chromium, and says so when there is none.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v chromium >/dev/null && [ "${CI:-}" = true ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq && apt-get install -y -qq chromium >/dev/null || true
fi
if ! command -v chromium >/dev/null; then
  echo "browser: skipped, there is no chromium (apt-get install chromium)"
  exit 0
fi

shots=${1:-$(mktemp -d "${TMPDIR:-/tmp}/aepflow-shots.XXXXXX")}
mkdir -p "$shots"
shots=$(cd "$shots" && pwd)
work=$(mktemp -d)
emulator=
stop() {
  if [ -n "$emulator" ]; then kill "$emulator" 2>/dev/null || true; wait "$emulator" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap stop EXIT

passed=0 failed=0
ok() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "FAILED: $*" >&2; }

# look NAME SIZE LIGHT|DARK URL: the page's DOM as NAME.dom, the console as
# NAME.console, a picture as NAME.png.
look() {
  local scheme=1
  if [ "$3" = dark ]; then scheme=0; fi
  timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync --hide-scrollbars \
    --allow-file-access-from-files --user-data-dir="$work/profile" --enable-logging=stderr \
    --blink-settings=preferredColorScheme=$scheme --window-size="$2" \
    --dump-dom --screenshot="$shots/$1.png" "$4" >"$work/$1.dom" 2>"$work/$1.log" || bad "$1: chromium ended with $?"
  grep -a ':CONSOLE:' "$work/$1.log" >"$work/$1.console" || true
  if [ -s "$shots/$1.png" ]; then ok; else bad "$1: no picture"; fi
}
# shows NAME TEXT…: the DOM holds every text.
shows() {
  local name=$1 text
  shift
  for text; do
    if grep -qF -- "$text" "$work/$name.dom"; then ok; else bad "$name does not show: $text"; fi
  done
}
clean() {
  if [ -s "$work/$1.console" ]; then bad "$1: the console says: $(cat "$work/$1.console")"; else ok; fi
}
# phone NAME FILE SCHEME: the page in a frame as wide as a phone, since no browser
# window is that narrow; nothing may stick out to the right.
phone() {
  cat >"$work/$1.html" <<HTML
<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><style>body{margin:0}iframe{border:0;display:block}</style>
<iframe id="page" width="390" height="2400" src="file://$2"></iframe>
<script>
addEventListener("load", () => {
  const root = document.getElementById("page").contentDocument.documentElement;
  const wide = [...root.querySelectorAll("body *")].filter(e => !e.closest(".scroll") && e.getBoundingClientRect().right > 391);
  document.body.dataset.measured = "width " + root.scrollWidth + (wide.length ? ", too wide: " + wide.slice(0, 5).map(e => e.tagName + "." + e.className + " " + e.textContent.trim().slice(0, 40)).join(" | ") : "");
});
</script>
HTML
  look "$1" 500,2400 "$3" "file://$work/$1.html"
  if grep -q 'data-measured="width 390"' "$work/$1.dom"; then ok; else bad "$1 does not fit a phone: $(grep -o 'data-measured="[^"]*"' "$work/$1.dom")"; fi
  clean "$1"
}

# A page that does complain must be noticed, or the rest proves nothing.
echo '<!doctype html><link rel="icon" href="data:,"><p>hello</p><script>console.error("canary")</script>' >"$work/control.html"
look control 600,400 light "file://$work/control.html"
if grep -q canary "$work/control.console"; then ok; else bad "control: an error on the console was not noticed"; fi
rm -f "$shots/control.png"

export AEPFLOW_NOW=2027-01-01T00:00:00Z CRM_DB_PASSWORD=canary-8b1f
unset AEPFLOW_TARGET
go build -o "$work/aepflow" ./cmd/aepflow
mkdir "$work/crm"
cp examples/crm/*.yaml "$work/crm"

"$work/aepflow" emulator --listen 127.0.0.1:0 >"$work/listening" 2>"$work/emulator.log" &
emulator=$!
for _ in $(seq 100); do
  if [ -s "$work/listening" ]; then break; fi
  sleep 0.1
done
url=$(sed 's/^listening on //' "$work/listening")
export IMS_OAUTH_S2S_CLIENT_ID=browser IMS_OAUTH_S2S_CLIENT_SECRET=canary-8b1f
cat >"$work/crm/aepflow.yaml" <<YAML
targets:
  box: {platform: $url, ims: $url, org: 000000000000000000000001@AdobeOrg, sandbox: dev}
defaultTarget: box
YAML

# The plan: a first one, and one with changes of every colour.
"$work/aepflow" -C "$work/crm" plan -o html >"$work/first.html"
"$work/aepflow" -C "$work/crm" apply --auto-approve >"$work/apply.log" 2>&1 || { cat "$work/apply.log"; exit 1; }
sed -i.bak -e 's/interval: 1$/interval: 6/' -e 's/trim(last_name)/upper(trim(last_name))/' -e 's/^  email: string/&\n  phone: string/' \
  -e 's/crm.loyaltyPoints: integer/&\n      crm.tier: string/' -e 's/^description: .*/description: Customers of the CRM, every six hours/' "$work/crm/customers.dataflow.yaml"
sed -i.bak 's/port: 5432/port: 5433/' "$work/crm/crm-db.dataflow.yaml"
rm "$work/crm/customer-history.dataflow.yaml" "$work"/crm/*.bak
"$work/aepflow" -C "$work/crm" plan --on-replace=backfill -o html >"$work/changes.html"

look plan-first 1280,2000 light "file://$work/first.html"
shows plan-first 'Plan for box' '15 to create' 'flow.customers' 'person.birthDate' '<svg' 'requests in order'
clean plan-first
look plan-changes 1280,2000 light "file://$work/changes.html"
shows plan-changes 'flow.customers' '3 to replace' 'upper(trim(last_name))' 'Effect on the data'
clean plan-changes
look plan-changes-dark 1280,2000 dark "file://$work/changes.html"
phone plan-changes-phone "$work/changes.html" light

# The emulator's page, after three days of runs.
curl -fsS -X POST -d '{"advance":"72h"}' "$url/_emulator/clock" >/dev/null
curl -fsS -X POST -d '{"advance":"24h"}' "$url/_emulator/clock" >/dev/null
look emulator 1280,2600 light "$url/"
shows emulator 'CRM customers' 'CRM database' 'CRM Customers' 'every hour' 'person.birthDate' '/data/foundation/flowservice/flows'
clean emulator
look emulator-dark 1280,2600 dark "$url/"
curl -fsS "$url/" >"$work/emulator.html"
phone emulator-phone "$work/emulator.html" light

if grep -rlF canary-8b1f "$work"/*.dom; then bad "a secret stands on a page"; else ok; fi
echo "browser: $passed passed, $failed failed; screenshots in $shots"
[ "$failed" = 0 ]
